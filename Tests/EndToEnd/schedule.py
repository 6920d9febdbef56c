"""The plan of faults: a pure function of seed, number and time."""
import random
from dataclasses import dataclass, field

# Each kind with its share of the plan, and how long it lasts, in seconds.
WORKERS = {
    "kill": (4, (0.0, 2.0)),
    # Past the session timeout of 3.5 s, so that others have its partitions when it wakes up.
    "freeze": (3, (6.0, 9.0)),
    "terminate": (2, (0.0, 1.0)),
    "join": (2, (0.0, 0.0)),
    "leave": (1, (0.0, 0.0)),
}
BROKER = {
    "broker-down": (2, (0.5, 3.0)),
    # How long a request has to meet what was ordered.
    "produce-errors": (2, (1.0, 3.0)),
    "commit-errors": (2, (1.0, 3.0)),
    "group-errors": (1, (1.0, 3.0)),
    "late-answers": (2, (1.0, 4.0)),
}
GATEWAY = {
    # The charge was made, the answer was lost.
    "lost-answers": (5, (3.0, 6.0)),
    "refusing": (2, (3.0, 6.0)),
    "busy": (1, (3.0, 6.0)),
    "throttling": (1, (3.0, 6.0)),
    "slow": (1, (3.0, 6.0)),
    "unauthorized": (1, (0.5, 1.5)),
    "conflicts": (1, (8.0, 12.0)),
}


@dataclass(frozen=True)
class Fault:
    """One fault: when it begins and ends, in seconds, and numbers from 0 to 1 that choose its victim and details."""

    number: int
    kind: str
    at: float
    until: float
    chance: tuple = field(default=())

    def choose(self, options, which=0):
        return options[int(self.chance[which] * len(options))]


def plan(seed, count, seconds, kinds):
    """`count` faults within `seconds`, of the given kinds.

    The kinds are dealt from decks that hold each as often as its share says; the first deck has each once, so that a
    short plan shows them all. The last tenth of the time is left free.
    """
    chance, dealt = random.Random(seed), []
    deck = sorted(kinds)
    while len(dealt) < count:
        chance.shuffle(deck)
        dealt += deck
        deck = [kind for kind in sorted(kinds) for _ in range(kinds[kind][0])]
    found, slot = [], seconds * 0.9 / count
    for number, kind in enumerate(dealt[:count]):
        at = slot * (number + chance.random() * 0.9)
        found.append(Fault(number, kind, at, at + chance.uniform(*kinds[kind][1]), tuple(chance.random() for _ in range(3))))
    return found
