"""A gateway that fails for a while: few calls, nothing given up, the group stays, and then each job is done once."""
import pytest

from steps import answers, assignments, calls, charges, first_worker, last_call, let_pass, paid, said, until

JOBS, CONCURRENCY, PROBES, ATTEMPTS = 60, 8, 3, 3
# Seconds: the outage is longer than the workers' session timeout, twice over.
OUTAGE, PAUSE = 8, 1
SETTINGS = {
    "WORKER_CONCURRENCY": CONCURRENCY, "RETRY_ATTEMPTS": ATTEMPTS, "BREAKER_CALLS_MIN": 10, "BREAKER_PROBES": PROBES,
    "BREAKER_PAUSE": f"{PAUSE}s", "BREAKER_PAUSE_MAX": "2s", "GATEWAY_CALL_TIMEOUT": "1s", "GATEWAY_READ_TIMEOUT": "1s"}


@pytest.mark.parametrize("kind, parameters", [
    ("5xx-before", {"status": 503}), ("5xx-after", {"status": 500}), ("hang", {"milliseconds": 60000})],
    ids=["fails", "does it and fails", "hangs"])
def test_while_the_gateway_fails_jobs_wait_and_are_done_once_afterwards(stage, reader, kind, parameters):
    stage.sandbox.call("POST", "/_sandbox/faults", {"kind": kind, **parameters})
    sent = charges(stage, JOBS)
    running = first_worker(stage, **SETTINGS)
    until(lambda: said(running, "breaker"), "a log line about the breaker")
    opened, given = last_call(stage), assignments(running)
    let_pass(OUTAGE)
    while_open = calls(stage, after=opened)
    reader.read()
    assert reader.answers == [], "while the gateway is down nothing is given up"
    assert assignments(running) == given and "revoked" not in running.text(), "it stays in its group"
    stage.sandbox.disarm()
    reader.until_answered(list(sent), 60, [running])
    assert running.stop() == 0
    reader.read()
    afterwards = len(calls(stage)) - opened - 1 - len(while_open)
    print(
        f"\n  {kind}: {opened + 1} calls until the breaker opened, {len(while_open)} in {OUTAGE} s while it was open, "
        f"{afterwards} afterwards for {JOBS} jobs")
    # What was under way when it opened, and the probes of every pause.
    assert len(while_open) <= CONCURRENCY + PROBES * (OUTAGE // PAUSE)
    assert paid(stage) == {job: 1 for job in sent}
    told = {job: [answer.reason or answer.type for answer in found] for job, found in answers(reader).items()}
    assert told == {job: ["charge.approved"] for job in sent}
