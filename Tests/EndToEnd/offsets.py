"""Reads what a worker commits beside an offset: an independent decoder of the offset map's text.

`cobrador/1;cluster;topic;partition;base;horizon;state;map;checksum`: numbers are decimal, the state is
`held` or `released`, the checksum is the CRC-32C of everything before it. The map is in groups of six offsets, counted from offset zero, beginning with the base's; one
character of Base64's alphabet is a group, its lowest bit the lowest offset; `(n)` is n groups in which nothing is
done, `[n]` n groups in which everything is.
"""
from dataclasses import dataclass, field

FORMAT = "cobrador/1"
FIELDS = ["format", "cluster", "topic", "partition", "base", "horizon", "state", "map", "checksum"]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
GROUP = 6


class Foreign(ValueError):
    """The text isn't ours, or isn't whole."""


@dataclass(frozen=True)
class Committed:
    """What a partition's commit says: every offset below `base` is done, and those of `done`."""

    topic: str
    partition: int
    base: int
    horizon: int
    done: tuple = field(default=())
    cluster: str = ""
    state: str = "held"


def crc32c(data):
    """CRC-32C (Castagnoli), bit by bit."""
    rest = 0xFFFFFFFF
    for byte in data:
        rest ^= byte
        for _ in range(8):
            rest = rest >> 1 ^ (0x82F63B78 if rest & 1 else 0)
    return rest ^ 0xFFFFFFFF


def signed(body):
    """A text with the checksum that belongs to it."""
    return f"{body};{crc32c(f'{body};'.encode()):08x}"


def decode(text):
    """What a commit's metadata says.

    Raises `Foreign` for a text that no worker has written so.
    """
    fields = text.split(";")
    if fields[0] != FORMAT or len(fields) != len(FIELDS):
        raise Foreign(f"no text of ours: {text[:40]!r}")
    if signed(text.rpartition(";")[0]) != text:
        raise Foreign("the checksum is of another text")
    value = dict(zip(FIELDS, fields))
    base, horizon = int(value["base"]), int(value["horizon"])
    done = tuple(done_offsets(value["map"], base))
    if horizon < base or any(not base <= offset < horizon for offset in done):
        raise Foreign("base, map and horizon contradict each other")
    return Committed(
        value["topic"], int(value["partition"]), base, horizon, done, value["cluster"], value["state"])


def done_offsets(text, base):
    """The offsets that a map calls done, ascending."""
    group, rest = base // GROUP, text
    while rest:
        sign, rest = rest[0], rest[1:]
        if sign in "([":
            count, _, rest = rest.partition(")" if sign == "(" else "]")
            if sign == "[":
                yield from range(group * GROUP, (group + int(count)) * GROUP)
            group += int(count)
        else:
            bits = ALPHABET.index(sign)
            yield from (group * GROUP + bit for bit in range(GROUP) if bits >> bit & 1)
            group += 1
