"""The decoder of committed metadata, against the texts that the worker's own tests call golden."""
import pytest

from offsets import Committed, Foreign, crc32c, decode, signed

LONG = 9_007_199_254_740_993
GOLDEN = [
    ("cobrador/1;MkU3OEVBNTcwNTJENDM2Qg;cobrador.jobs.charge-saved-card;3;1200;2200;held;G(15)Q(16)8[9]D;0a6d1421",
     Committed("cobrador.jobs.charge-saved-card", 3, 1200, 2200, (1201, 1202, 1300, *range(1400, 1460)), "MkU3OEVBNTcwNTJENDM2Qg")),
    ("cobrador/1;;jobs;0;0;0;held;;602945d6", Committed("jobs", 0, 0, 0)),
    ("cobrador/1;;jobs;0;0;1000;held;+[4]B;15cd2960", Committed("jobs", 0, 0, 1000, tuple(range(1, 31)))),
    ("cobrador/1;~24d92db2.65;~3eb5bbf7.5;2147483647;9007199254740993;9223372036854775807;held;I(99)I;ed42a50e",
     Committed("~3eb5bbf7.5", 2147483647, LONG, 9223372036854775807, (LONG, LONG + 600), "~24d92db2.65")),
    ("cobrador/1;c.1;a_b-c;12;41;5000;released;gjB(157)Q[5]H;cd58219f",
     Committed("a_b-c", 12, 41, 5000, (41, 42, 43, 47, 48, 1000, *range(1002, 1035)), "c.1", "released")),
]


def test_the_checksum_is_that_of_the_published_check_value():
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA


@pytest.mark.parametrize("text, meaning", GOLDEN)
def test_golden_texts_mean_what_they_mean_to_the_worker(text, meaning):
    assert decode(text) == meaning


@pytest.mark.parametrize("text", ["", "x", "cobrador", "cobrador/2;a;b;0;0;0;;00000000", GOLDEN[0][0][:-1], GOLDEN[0][0].replace("1200", "1201")])
def test_what_is_not_ours_or_was_edited_is_refused(text):
    with pytest.raises(Foreign):
        decode(text)


def test_a_text_that_contradicts_itself_is_refused():
    with pytest.raises(Foreign):
        decode(signed("cobrador/1;;jobs;0;10;9;held;"))
    with pytest.raises(Foreign):
        decode(signed("cobrador/1;;jobs;0;10;11;held;[9]"))
