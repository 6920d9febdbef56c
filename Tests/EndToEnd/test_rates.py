"""The checks of `rates.py`, shown to notice logs that each break a limit in one way."""
import pytest

from rates import SECOND, Limit, Stretch, between, fullest, longest_gap, over_use, row, under_use, used

LIMIT = Limit(100, 10)
WHOLE = Stretch("whole", 0, 10 * SECOND)


def even(seconds=10.0, rate=100.0, begin=0):
    """One call after another, each at its moment."""
    return [begin + int(number * SECOND / rate) for number in range(int(seconds * rate))]


def test_an_even_log_is_accepted():
    assert list(over_use(even(), LIMIT)) == []
    assert list(under_use(even(), WHOLE, 100)) == []
    assert used(even(), WHOLE, 100) == 1


def test_a_burst_after_a_pause_is_accepted():
    log = even(4) + [5 * SECOND] * 10 + even(4, begin=5 * SECOND + 10_000)
    assert list(over_use(log, LIMIT)) == []


def test_four_even_parts_side_by_side_are_accepted():
    parts = [time + part * 37 for part in range(4) for time in even(rate=25)]
    assert list(over_use(sorted(parts), LIMIT)) == []
    assert list(under_use(sorted(parts), WHOLE, 100)) == []


def burst_too_large():
    return even(5) + [5 * SECOND] * 21


def two_who_share_nothing():
    return sorted(even(rate=60) + even(rate=60))


def over_in_one_window():
    """Each calendar second has what it may have; the one across the edge between two has more."""
    half = SECOND // 2
    return [*range(0, half, 50_000), *range(half, SECOND, 5_000), *range(SECOND, SECOND + half, 5_000)]


def edge_of_the_second():
    """All that a second may have, at its very beginning."""
    return [second * SECOND + number for second in range(5) for number in range(100)]


def a_share_kept_when_it_was_given_up():
    """For half a second two workers use the same part."""
    return sorted(even(5) + even(0.5, begin=2 * SECOND + 50))


TOO_MUCH = [
    burst_too_large, two_who_share_nothing, over_in_one_window, edge_of_the_second, a_share_kept_when_it_was_given_up]


@pytest.mark.parametrize("log", TOO_MUCH, ids=lambda log: log.__name__)
def test_too_many_calls_are_noticed(log):
    assert list(over_use(sorted(log()), LIMIT)) != []


def test_a_thundering_edge_shows_in_the_short_window_alone():
    log = [second * SECOND + number for second in range(5) for number in range(100)]
    assert list(over_use(log, LIMIT, windows=[SECOND])) == []
    assert len(list(over_use(log, LIMIT))) == 1


def test_a_gap_is_noticed():
    log = even(5) + even(4, begin=6 * SECOND)
    assert list(over_use(log, LIMIT)) == []
    assert list(under_use(log, WHOLE, 100)) == ["whole: 90.0% of 100 calls a second used within 10.0 s"]
    assert longest_gap(log, WHOLE) == SECOND + 10_000


@pytest.mark.parametrize("log", [even(rate=94), [], even(9)], ids=["slower", "nothing", "over early"])
def test_an_unused_part_is_noticed(log):
    assert list(under_use(log, WHOLE, 100)) != []


def test_a_window_holds_what_is_younger_than_itself():
    assert fullest([0, 999_999, 1_000_000], SECOND) == (2, 0)
    assert fullest([], SECOND) == (0, None)
    assert between([1, 2, 3, 4], 2, 4) == [2, 3]


def test_a_row_names_its_figures():
    text = row(even(), WHOLE, LIMIT)
    for part in ["whole", "1000 calls", "100.0%", "most in 1 s  100", "in 0.1 s  10"]:
        assert part in text, part
