"""The main job: mixed jobs through a faulty gateway, as separate processes, compared job by job."""
import json
import signal

from checker import disagreements
from jobs import mixed, send


def arm_faults(sandbox):
    """Everything that a network and a gateway do to a caller, at random, before and after the charge was made."""
    for number, kind in enumerate(["5xx-before", "5xx-after", "reset-before", "reset-after"]):
        sandbox.arm(kind, probability=0.03, seed=number)
    sandbox.arm("429", probability=0.002, retry_after=1, seed=10)
    sandbox.arm("hang-after", times=2, milliseconds=60000)
    sandbox.arm("latency", milliseconds=20)
    sandbox.arm("5xx-before", path="/v1/customers/{id}/cards", probability=0.05, seed=11)
    sandbox.arm("reset-after", path="/v1/customers/{id}/cards", probability=0.05, seed=13)
    sandbox.arm("reset-after", path="/v1/customers", probability=0.05, seed=12)


def test_two_thousand_mixed_jobs_with_a_faulty_gateway(stage, reader):
    prepared = mixed(stage, charge_count=1900, card_count=200)
    assert len(prepared) >= 2000
    arm_faults(stage.sandbox)
    worker = stage.worker(WORKER_CONCURRENCY=64, GATEWAY_CALL_TIMEOUT="3s", GATEWAY_READ_TIMEOUT="3s", RETRY_ATTEMPTS=12)
    jobs = send(stage, prepared)
    reader.until_answered([job.id for job in jobs], 240, [worker])
    faults = stage.sandbox.summary()["requests"]["faults"]
    print("faults that struck:", json.dumps(faults))
    for kind in ["5xx-before", "5xx-after", "reset-before", "reset-after", "429", "hang-after"]:
        assert faults.get(kind, 0) > 0, f"{kind} never struck, so this test shows less than it says"
    assert worker.stop() == 0
    reader.read()
    stage.sandbox.disarm()
    cards = stage.sandbox.cards(answer.data["customer_id"] for answer in reader.answers if answer.type == "card.registered")
    assert disagreements(jobs, stage.sandbox.payments(), reader.answers, cards) == []
    assert len(reader.answers) == len(jobs), "a worker that nobody stops answers each job once"


def test_sigterm_in_the_middle_loses_nothing(stage, reader):
    prepared = mixed(stage, charge_count=1200, card_count=100)
    stage.sandbox.arm("latency", milliseconds=100)
    jobs = send(stage, prepared)
    first = stage.worker(WORKER_CONCURRENCY=32)
    reader.until_count(200, 60)
    assert first.stop(signal.SIGTERM) == 0
    reader.read()
    answered = len({answer.job_id for answer in reader.answers})
    assert answered < len(jobs), "the worker was done before the signal: this shows nothing"
    second = stage.worker(WORKER_CONCURRENCY=64)
    reader.until_answered([job.id for job in jobs], 120, [second])
    assert second.stop() == 0
    reader.read()
    assert disagreements(jobs, stage.sandbox.payments(), reader.answers) == []
    # What was done above the committed position is asked for again, through the same keys: the second worker
    # repeats those answers, and no more.
    repeats = len(reader.answers) - len(jobs)
    assert repeats <= answered, f"{repeats} answers were repeated, and the first worker gave {answered}"


def test_a_killed_worker_charges_nobody_twice(stage, reader):
    prepared = mixed(stage, charge_count=800, card_count=50)
    stage.sandbox.arm("latency", milliseconds=100)
    jobs = send(stage, prepared)
    first = stage.worker(WORKER_CONCURRENCY=32)
    reader.until_count(150, 60)
    first.stop(signal.SIGKILL)
    second = stage.worker(WORKER_CONCURRENCY=64)
    reader.until_answered([job.id for job in jobs], 120, [second])
    assert second.stop() == 0
    reader.read()
    assert disagreements(jobs, stage.sandbox.payments(), reader.answers) == []


def test_two_workers_share_the_partitions(stage, reader):
    prepared = mixed(stage, charge_count=1000, card_count=100)
    stage.sandbox.arm("latency", milliseconds=100)
    jobs = send(stage, prepared)
    first = stage.worker(WORKER_CONCURRENCY=8)
    reader.until_count(50, 60)
    second = stage.worker(WORKER_CONCURRENCY=32)
    second.until("assigned", 60)
    reader.until_answered([job.id for job in jobs], 180, [first, second])
    assert first.stop() == 0
    assert second.stop() == 0
    reader.read()
    assert disagreements(jobs, stage.sandbox.payments(), reader.answers) == []
