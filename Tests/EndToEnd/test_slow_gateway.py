"""A gateway that is ten times slower for a while isn't piled upon, and one that has recovered is used."""
import time
from statistics import median

import pytest

from harness import Stage
from steps import charges, first_worker, let_pass, until

CONCURRENCY = 16
QUICK, SLOW = 100, 1000
# How long each spell lasts, which last part of it is looked at, and how long it may take to recover, in seconds.
SPELL, LOOKED, RECOVERY = 7, 3, 30


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path, sandbox=["--latency", f"{QUICK}ms"])
    yield stage
    stage.close()


def spell(stage, name):
    """The figures of the last seconds of a spell: how many calls were under way, and how many came a second."""
    let_pass(SPELL)
    calls = stage.sandbox.requests()
    end = max(call["at_us"] for call in calls)
    inside = [call["in_flight"] for call in calls if call["at_us"] > end - LOOKED * 1_000_000]
    figures = median(inside), len(inside) / LOOKED
    print(f"  {name:<12} {figures[0]:4.0f} calls under way (most {max(inside)}), {figures[1]:6.1f} a second")
    return figures


def test_a_slow_gateway_is_not_piled_upon_and_a_recovered_one_is_used(stage):
    charges(stage, 3500)
    # A call may be slow here without the breaker's having a word in it.
    first_worker(stage, WORKER_CONCURRENCY=CONCURRENCY, BREAKER_ENABLED="false")
    print()
    quick, before = spell(stage, f"{QUICK} ms")
    stage.sandbox.latency(SLOW - QUICK)
    slow, _ = spell(stage, f"{SLOW} ms")
    assert slow < quick / 2, "it goes on with as many calls at once"
    stage.sandbox.latency(0)
    recovered, known = time.monotonic(), stage.sandbox.summary()["requests"]["total"]

    def used():
        now = time.monotonic_ns() // 1000
        return sum(call["at_us"] > now - 1_000_000 for call in stage.sandbox.requests(known)) > before / 2

    until(used, "half of the calls of before", RECOVERY)
    print(f"  half of the calls a second of before are back within {time.monotonic() - recovered:.1f} s")
