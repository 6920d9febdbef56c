"""A gateway that fails for a while: few calls, nothing given up, the group stays, and then each job is done once."""
import pytest

from harness import Stage
from sellers import Sellers
from steps import answers, assignments, calls, first_worker, last_call, let_pass, paid, said, until

JOBS, CONCURRENCY, PROBES, ATTEMPTS = 60, 8, 3, 3
# Seconds: the outage is longer than the workers' session timeout, twice over.
OUTAGE, PAUSE = 8, 1
SETTINGS = {
    "ACCOUNT_CONCURRENCY": CONCURRENCY, "RETRY_ATTEMPTS": ATTEMPTS, "BREAKER_CALLS_MIN": 10, "BREAKER_PROBES": PROBES,
    "BREAKER_PAUSE": f"{PAUSE}s", "BREAKER_PAUSE_MAX": "2s", "GATEWAY_CALL_TIMEOUT": "1s", "GATEWAY_READ_TIMEOUT": "1s"}
# What the gateway does to each seller: it fails, does it and fails, hangs.
OUTAGES = {
    "failing": {"kind": "5xx-before", "status": 503}, "silent": {"kind": "5xx-after", "status": 500},
    "hanging": {"kind": "hang", "milliseconds": 60000}}
SELLERS = Sellers("healthy", *OUTAGES)


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path, sandbox=SELLERS.options())
    yield stage
    stage.close()


def test_while_the_gateway_fails_jobs_wait_and_are_done_once_afterwards(stage, reader):
    for name, fault in OUTAGES.items():
        stage.sandbox.call("POST", "/_sandbox/faults", {**fault, "match": {"account": SELLERS.number(name)}})
    waiting = [job for name in OUTAGES for job in SELLERS.charges(stage, name, JOBS)]
    running = first_worker(stage, **SELLERS.settings(**SETTINGS))
    until(lambda: all(said(running, "breaker", name) for name in OUTAGES), "a log line about each breaker")
    opened, given = last_call(stage), assignments(running)
    healthy = SELLERS.charges(stage, "healthy", JOBS)
    let_pass(OUTAGE)
    while_open = calls(stage, after=opened)
    stage.sandbox.disarm()
    reader.read()
    assert {answer.job_id for answer in reader.answers} <= set(healthy), "while the gateway is down nothing is given up"
    assert assignments(running) == given and "revoked" not in running.text(), "it stays in its group"
    reader.until_answered(waiting + healthy, 60, [running])
    assert running.stop() == 0
    reader.read()
    of = lambda log, name: [call for call in log if call["account"] == SELLERS.number(name)]
    print()
    for name in OUTAGES:
        during, every = of(while_open, name), of(calls(stage), name)
        before = [call for call in every if call["sequence"] <= opened]
        print(
            f"  {OUTAGES[name]['kind']}: {len(before)} calls until the breakers opened, {len(during)} in {OUTAGE} s "
            f"while it was open, {len(every) - len(before) - len(during)} afterwards for {JOBS} jobs")
        # What was under way when it opened, and the probes of every pause.
        assert len(during) <= CONCURRENCY + PROBES * (OUTAGE // PAUSE)
    assert len(of(while_open, "healthy")) == JOBS, "the others' outage is none of its business"
    for name in SELLERS.names:
        assert paid(stage, SELLERS.number(name)) == {f"{name}-{number}": 1 for number in range(JOBS)}, name
    told = {job: [answer.reason or answer.type for answer in found] for job, found in answers(reader).items()}
    assert told == {job: ["charge.approved"] for job in waiting + healthy}
