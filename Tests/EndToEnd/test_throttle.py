"""A limit that the gateway has and told nobody: it is found, kept just under, and a request to wait is heeded at once.

Sizes come from the environment: COBRADOR_THROTTLE_SECONDS (how long a settled worker is looked at) and
COBRADOR_THROTTLE_RATE (the limit).
"""
import os
import time

import pytest

from harness import Stage
from rates import Stretch, between
from sellers import Sellers
from steps import charges, first_worker, let_pass, until

HIDDEN = float(os.environ.get("COBRADOR_THROTTLE_RATE", 60))
SECONDS = float(os.environ.get("COBRADOR_THROTTLE_SECONDS", 20))
# The first refusal comes while calls are few, so that the limit is found from below: gradually, at 85 % and more.
SETTLING = 25
CONCURRENCY, BURST = 16, 5
# What a refusal asks for in the second script, in seconds; a date is told in whole seconds, so it may be one less.
WAIT = 2


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path, sandbox=["--latency", "10ms"])
    yield stage
    stage.close()


def limited(calls):
    return [call for call in calls if call["limited"]]


def test_a_worker_settles_just_under_a_limit_that_nobody_told_it(stage):
    stage.sandbox.limit(HIDDEN, burst=BURST)
    charges(stage, int(HIDDEN * (SETTLING + SECONDS) * 1.5))
    first_worker(stage, WORKER_CONCURRENCY=CONCURRENCY)
    until(lambda: limited(stage.sandbox.requests()), "the first refusal")
    let_pass(SETTLING)
    begin = time.monotonic_ns() // 1000
    let_pass(SECONDS)
    settled = Stretch("settled", begin, time.monotonic_ns() // 1000)
    calls = stage.sandbox.requests()
    inside = [call for call in calls if settled.begin <= call["at_us"] < settled.end]
    before, refused = [call for call in calls if call["at_us"] < settled.begin], limited(inside)
    share = (len(inside) - len(refused)) / (HIDDEN * settled.seconds)
    print(f"\n  hidden limit {HIDDEN:g} calls a second; {len(limited(before))} of {len(before)} refused while settling")
    print(
        f"  then {settled.seconds:.0f} s: {share:.1%} of it used, {len(refused)} of {len(inside)} refused "
        f"({len(refused) / len(inside):.2%})")
    assert share >= 0.9
    assert len(refused) < 0.01 * len(inside)


def test_a_request_to_wait_is_heeded_at_once(tmp_path):
    """Told in seconds to one seller, as a date to the other."""
    sellers = Sellers("seconds", "date")
    stage = Stage(tmp_path, sandbox=[*sellers.options(), "--latency", "10ms"])
    try:
        for name in sellers.names:
            stage.sandbox.limit(20, burst=BURST, retry_after=name, wait_s=WAIT, account=sellers.number(name))
            sellers.charges(stage, name, 150)
        first_worker(stage, **sellers.settings(ACCOUNT_CONCURRENCY=CONCURRENCY))
        of = lambda name: [
            call for call in stage.sandbox.requests() if call["account"] == sellers.number(name)]
        until(lambda: all(limited(of(name)) for name in sellers.names), "the first refusals")
        let_pass(WAIT + 1)
        print()
        for name in sellers.names:
            times = sorted(call["at_us"] for call in of(name))
            first = min(call["at_us"] for call in limited(of(name)))
            over = first + (WAIT - 1) * 1_000_000
            late, again = between(times, first + 1, over), [moment for moment in times if moment >= over]
            print(f"  Retry-After as {name}: {len(late)} calls while it asked to wait {WAIT} s, {len(again)} right after")
            # Each of the burst was answered, and another call took its place.
            assert len(late) <= CONCURRENCY + BURST, "only what was under way already"
            assert again, "and then it goes on"
    finally:
        stage.close()
