"""A seller with very many jobs beside one with a single job, and a key with many jobs beside others.

COBRADOR_FAIRNESS_JOBS says how many are very many. The figure is a ratio: how long the single job waited, in units of
what one job of the large seller takes.
"""
import os
import time

import pytest

from harness import CHARGES, REFUNDS, Stage
from sellers import Sellers
from steps import charge, charges, first_worker

JOBS = int(os.environ.get("COBRADOR_FAIRNESS_JOBS", 5000))
SLOTS, LATENCY = 8, 100
SELLERS = Sellers("large", "small")
# The embedded broker keeps 5 MiB a partition.
PARTITIONS = max(6, JOBS // 5000)
# A charge on another topic than the charges' says what it is.
CHARGE = [("ce_specversion", "1.0"), ("ce_type", "charge-saved-card")]


@pytest.fixture
def stage(tmp_path):
    sandbox = [*SELLERS.options(), "--latency", f"{LATENCY}ms"]
    stage = Stage(tmp_path, PARTITIONS, sandbox=sandbox)
    yield stage
    stage.close()


def crowd(stage, count):
    """The large seller's jobs, as many in each partition."""
    customers = stage.sandbox.seed(count, "APRO", tokens=1, account=SELLERS.number("large"))
    for number, customer in enumerate(customers):
        value = {"account": "large", **charge(f"large-{number}", customer, "10.00")}
        stage.send(CHARGES, customer["customer_id"], value, partition=number % PARTITIONS)
    stage.flush()


def race(stage, reader, topic, jobs, **settings):
    """Lets the small seller's one job come while the large one's are done: how many of those went before it."""
    crowd(stage, jobs)
    customer = stage.sandbox.seed(1, "APRO", tokens=1, account=SELLERS.number("small"))[0]
    running = first_worker(stage, **SELLERS.settings(WORKER_CONCURRENCY=SLOTS, **settings))
    # What the windows hold has been read by then.
    reader.until_count(max(5 * SLOTS, min(jobs // 20, 1000)), 120)
    value = {"account": "small", **charge("small", customer, "10.00")}
    stage.send(topic, customer["customer_id"], value, headers=CHARGE, partition=0)
    stage.flush()
    sent = time.monotonic_ns() // 1000
    reader.until_answered(["small"], 300, [running])
    waited = time.monotonic_ns() // 1000 - sent
    log = stage.sandbox.requests()
    of_large = [call["at_us"] for call in log if call["account"] == SELLERS.number("large")]
    of_small = next(call["at_us"] for call in log if call["account"] == SELLERS.number("small"))
    ahead = sum(sent <= moment < of_small for moment in of_large)
    one = SLOTS * (max(of_large) - min(of_large)) / len(of_large)
    where = f"on {'a shared' if topic == CHARGES else 'another'} topic, window {settings.get('WORKER_WINDOW', 1000)}"
    print(
        f"\n  one job beside {jobs}, {where}: it waited {waited / one:.1f} times as long as one of theirs takes; "
        f"{ahead} of them began before it")
    assert len(stage.sandbox.payments(SELLERS.number("small"))) == 1
    return ahead


@pytest.mark.parametrize(
    "topic", [REFUNDS, CHARGES], ids=["on topics of their own", "on a shared one, within its windows"])
def test_one_job_beside_very_many_of_another_seller_has_its_turn_at_once(stage, reader, topic):
    jobs = JOBS if topic == REFUNDS else min(JOBS, 800 * PARTITIONS)
    # What is being started when it comes, a few times over. All partitions share what may be in flight, and each has a
    # whole window here.
    assert race(stage, reader, topic, jobs, WORKER_MAX_IN_FLIGHT=1000000) <= 4 * SLOTS


def test_one_job_behind_more_than_a_window_of_another_seller_waits_for_the_window(stage, reader):
    """What no worker can mend: one log isn't overtaken. The figure is for README."""
    jobs, window = 60 * PARTITIONS, 20
    ahead = race(stage, reader, CHARGES, jobs, WORKER_WINDOW=window)
    assert ahead < jobs, "it comes as soon as it is within the window"


def test_a_key_with_many_jobs_holds_up_no_other_key_of_its_seller(tmp_path, make_reader):
    stage = Stage(tmp_path, sandbox=["--latency", "50ms"])
    try:
        reader = make_reader(stage)
        many, others = 300, 40
        hot = stage.sandbox.seed(1, "APRO", tokens=many)[0]
        for number, token in enumerate(hot["tokens"]):
            value = charge(f"hot-{number}", {**hot, "token": token}, "5.00")
            stage.send(CHARGES, hot["customer_id"], value, partition=0)
        stage.flush()
        sent = charges(stage, others, "other", partition=0)
        running = first_worker(stage, WORKER_CONCURRENCY=SLOTS)
        reader.until_answered(list(sent), 60, [running])
        done = sum(answer.job_id.startswith("hot-") for answer in reader.answers)
        print(f"\n  a key with {many} jobs in front of {others} keys with one each: {done} of its jobs were done by then")
        # One slot is the hot key's; the others have the rest.
        assert done <= others
    finally:
        stage.close()
