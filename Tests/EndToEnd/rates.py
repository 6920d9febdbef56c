"""What a log of arrivals says about a rate: pure, so that `test_rates.py` can show that it notices what is wrong.

Moments are microseconds, ascending; a window is as long as it is told, and begins anywhere.
"""
from bisect import bisect_left
from dataclasses import dataclass

SECOND = 1_000_000
# What is let go between a worker's clock and the gateway's.
TOLERANCE = 0.02
# The least share of a limit that is used while there is work everywhere.
USED_MIN = 0.95
# A second, and a tenth, in which a burst at the second's edge would show.
WINDOWS = (SECOND, SECOND // 10)


@dataclass(frozen=True)
class Limit:
    """So many calls a second, and so many at once after a pause."""

    rate: float
    burst: float

    def most(self, window):
        """The most calls that it allows in a window."""
        return self.rate * window / SECOND + self.burst


@dataclass(frozen=True)
class Stretch:
    """A part of a log with a name."""

    name: str
    begin: int
    end: int

    @property
    def seconds(self):
        return (self.end - self.begin) / SECOND


def between(times, begin, end):
    """The arrivals from `begin` on and before `end`."""
    return times[bisect_left(times, begin):bisect_left(times, end)]


def fullest(times, window):
    """The most arrivals in any window, and where that one begins (none of nothing)."""
    most, where, first = 0, None, 0
    for last, time in enumerate(times):
        while times[first] <= time - window:
            first += 1
        if last - first + 1 > most:
            most, where = last - first + 1, times[first]
    return most, where


def over_use(times, limit, windows=WINDOWS):
    """Windows with more calls than the limit allows: the fullest of each length, in words."""
    for window in windows:
        count, where = fullest(times, window)
        if count > limit.most(window) * (1 + TOLERANCE):
            yield f"{count} calls within {window / SECOND} s from {where}, and {limit.most(window):.0f} are allowed"


def used(times, stretch, rate):
    """The share of a rate that was used in a stretch."""
    return len(between(times, stretch.begin, stretch.end)) / (rate * stretch.seconds)


def under_use(times, stretch, rate):
    """A stretch in which too little of the rate was used, in words."""
    share = used(times, stretch, rate)
    if share < USED_MIN:
        yield f"{stretch.name}: {share:.1%} of {rate:g} calls a second used within {stretch.seconds:.1f} s"


def longest_gap(times, stretch):
    """The longest time without an arrival in a stretch."""
    inside = [stretch.begin, *between(times, stretch.begin, stretch.end), stretch.end]
    return max(after - before for before, after in zip(inside, inside[1:]))


def row(times, stretch, limit):
    """A stretch's figures for a table."""
    inside = between(times, stretch.begin, stretch.end)
    return (
        f"{stretch.name:<24} {stretch.seconds:5.1f} s {len(inside):6} calls {len(inside) / stretch.seconds:7.1f} /s"
        f" {used(times, stretch, limit.rate):7.1%} used, most in 1 s {fullest(inside, SECOND)[0]:4},"
        f" in 0.1 s {fullest(inside, SECOND // 10)[0]:3}, longest gap {longest_gap(times, stretch) / 1000:.0f} ms")
