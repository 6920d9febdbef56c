"""One limit for a whole group: workers join and leave under a backlog, and the gateway's log has the figures.

Sizes come from the environment: COBRADOR_RATE_TOTAL (calls a second), COBRADOR_RATE_SECONDS (how long each number of
workers is looked at).
"""
import os
import time

import pytest

from group import committed
from harness import CHARGES, Stage
from rates import SECOND, Limit, Stretch, between, over_use, row, under_use
from steps import SETTINGS, SHORT, assignments, charge, let_pass, until

LIMIT = Limit(float(os.environ.get("COBRADOR_RATE_TOTAL", 150)), 20)
SECONDS = float(os.environ.get("COBRADOR_RATE_SECONDS", 3))
PARTITIONS = 12
# What four stretches need, and what goes on while workers come and go, twice over: each partition has its backlog.
JOBS = int(LIMIT.rate * (4 * SECONDS + 30) * 2)
# The charges' partitions are all that there is.
OTHERS = ("REGISTER_CARD", "REFUND_PAYMENT", "CANCEL_PAYMENT", "CAPTURE_PAYMENT")
ONE_TOPIC = {f"TOPICS_{kind}": "off" for kind in OTHERS}


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path, PARTITIONS, sandbox=["--latency", "5ms", "--requests-max", "200000"])
    yield stage
    stage.close()


def backlog(stage):
    """Charges of many customers, as many in each partition."""
    customers = stage.sandbox.seed(-(-JOBS // 10), "APRO", tokens=10)
    for number in range(JOBS):
        customer, token = customers[number % len(customers)], number // len(customers)
        value = charge(f"job-{number}", {**customer, "token": customer["tokens"][token]}, "10.00")
        stage.send(CHARGES, customer["customer_id"], value, partition=number % len(customers) % PARTITIONS)
    stage.flush()


def start(stage):
    # The embedded broker refuses commits while members join, so that every handover there is one after a crash: what
    # may have been attempted waits for the takeover delay.
    limits = {"ACCOUNT_RATE": f"{LIMIT.rate:g}", "ACCOUNT_BURST": f"{LIMIT.burst:g}"}
    return stage.worker(**{**SETTINGS, **SHORT, **limits, **ONE_TOPIC})


def shared_out(workers):
    """Waits until each of the workers was given its part, and nobody has more."""
    part = PARTITIONS // len(workers)
    given = lambda: [assignments(worker)[-1:] for worker in workers]
    until(lambda: given() == [[part]] * len(workers), f"{part} partitions for each", 90)


def stretch(stage, name):
    """Looks at the group for a while, from when nobody waits for a predecessor's calls any more."""
    total = stage.sandbox.summary()["requests"]["total"]

    def flows():
        now = time.monotonic_ns() // 1000
        return sum(call["at_us"] > now - SECOND for call in stage.sandbox.requests(total)) > 0.9 * LIMIT.rate

    until(flows, f"{LIMIT.rate:g} calls a second with {name}", 60)
    begin = time.monotonic_ns() // 1000
    let_pass(SECONDS)
    return Stretch(name, begin, time.monotonic_ns() // 1000)


def test_the_workers_of_a_group_share_one_limit_and_use_it(stage):
    backlog(stage)
    began, workers, steady = time.monotonic_ns() // 1000, [], []
    for count in (1, 2, 4):
        workers += [start(stage) for _ in range(count - len(workers))]
        shared_out(workers)
        steady.append(stretch(stage, f"{count} worker{'s' * (count > 1)}"))
    assert workers.pop(0).stop() == 0
    shared_out(workers)
    steady.append(stretch(stage, "3 workers, one has left"))
    whole = Stretch("all of it", began, time.monotonic_ns() // 1000)
    times = sorted(call["at_us"] for call in stage.sandbox.requests() if call["at_us"] <= whole.end)
    print(f"\n  {LIMIT.rate:g} calls a second and a burst of {LIMIT.burst:g}, for all workers together")
    for part in [*steady, whole]:
        print(" ", row(times, part, LIMIT))
    positions = committed(stage, CHARGES)
    left = {partition: JOBS // PARTITIONS - offset for partition, (offset, _) in positions.items()}
    assert min(left.values()) > 100, f"some partitions had no backlog to the end: {left}"
    # Anywhere: while workers come and go, too.
    assert list(over_use(times, LIMIT, [SECOND])) == []
    # New connections let calls come closer together than they were let go; once they are there, it flows evenly.
    inside = [between(times, part.begin, part.end) for part in steady]
    assert [text for part in inside for text in over_use(part, LIMIT)] == []
    assert [text for part in steady for text in under_use(times, part, LIMIT.rate)] == []
