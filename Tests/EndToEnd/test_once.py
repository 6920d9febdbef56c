"""A job is done once: one situation each, by script. A name in a docstring is a row of README's failure matrix."""
import signal
from collections import Counter

import pytest

import offsets
from group import Stranger, committed
from harness import CHARGES, Stage
from names import idempotency_key
from steps import answers, calls, charge, charges, first_worker, last_call, paid, until, worker


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path, sandbox=["--payment-search-lag", "500ms"])
    yield stage
    stage.close()


def test_a_worker_that_dies_after_the_charge_was_made_and_its_answer_lost(stage, reader):
    """*Killed with a call under way.*"""
    stage.sandbox.arm("hang-after", times=1, milliseconds=60000)
    charges(stage, 1)
    first = first_worker(stage)
    until(stage.sandbox.payments, "the payment")
    first.stop(signal.SIGKILL)
    second = worker(stage)
    reader.until_answered(["job-0"], 60, [second])
    assert second.stop() == 0
    reader.read()
    assert paid(stage) == {"job-0": 1}
    assert [answer.type for answer in reader.answers] == ["charge.approved"]
    assert reader.answers[0].data["payment_id"] == stage.sandbox.payments()[0]["id"]


def test_a_worker_that_dies_before_its_answer_is_published(stage, reader):
    """*Killed between the gateway's answer and its own.*"""
    charges(stage, 5)
    first = first_worker(stage, KAFKA_PRODUCER_LINGER="60s", KAFKA_PRODUCER_MESSAGE_TIMEOUT="120s")
    until(lambda: [call["status"] for call in calls(stage, "POST", "/v1/payments")] == [201] * 5, "the gateway's answers")
    reader.read()
    assert reader.answers == [], "the answers are out already: this shows nothing"
    first.stop(signal.SIGKILL)
    second = worker(stage)
    reader.until_answered([f"job-{number}" for number in range(5)], 60, [second])
    assert second.stop() == 0
    reader.read()
    assert paid(stage) == {f"job-{number}": 1 for number in range(5)}
    books = {payment["metadata"]["cobrador_job_id"]: payment["id"] for payment in stage.sandbox.payments()}
    assert {answer.job_id: answer.data["payment_id"] for answer in reader.answers} == books and len(reader.answers) == 5


def test_two_copies_on_two_partitions_at_once(stage, reader):
    """*The same job twice, at the same time.*"""
    stage.sandbox.arm("slow", milliseconds=500)
    customers = stage.sandbox.seed(10, "APRO", tokens=1)
    for number, customer in enumerate(customers):
        value = charge(f"job-{number}", customer, "7")
        for partition in (0, 1):
            stage.send(CHARGES, customer["customer_id"], value, partition=partition)
    stage.flush()
    running = first_worker(stage)
    reader.until_count(20, 60)
    assert running.stop() == 0
    reader.read()
    assert paid(stage) == {f"job-{number}": 1 for number in range(10)}
    for job, found in answers(reader).items():
        assert [answer.type for answer in found] == ["charge.approved"] * 2, job
        assert len({answer.answer_id for answer in found}) == 1, job


def test_other_content_under_a_known_id_after_a_restart(stage, reader):
    """*The same id with other content.*"""
    sent = charges(stage, 1)["job-0"]
    first = first_worker(stage)
    reader.until_answered(["job-0"], 60, [first])
    assert first.stop() == 0
    stage.send(CHARGES, sent["customer_id"], {**sent, "transaction_amount": "11.00"})
    stage.flush()
    second = worker(stage)
    reader.until_count(2, 60)
    assert second.stop() == 0
    reader.read()
    assert [answer.reason or answer.type for answer in reader.answers] == ["charge.approved", "conflict"]
    assert paid(stage) == {"job-0": 1}
    assert stage.sandbox.payments()[0]["transaction_amount"] == 10


def test_a_record_that_comes_back_without_its_headers(stage, reader):
    """*A record put back by another tool, without its headers.*"""
    customer = stage.sandbox.seed(1, "APRO", tokens=1)[0]
    sent = charge("job-0", customer, "10.00")
    event = [("ce_specversion", "1.0"), ("ce_type", "charge-saved-card"), ("ce_id", "order-1"), ("ce_source", "/shop")]
    stage.send(CHARGES, customer["customer_id"], sent, headers=event, partition=0)
    stage.flush()
    first = first_worker(stage)
    reader.until_answered(["job-0"], 60, [first])
    # To whom has answered it, and, after a restart, to one who never saw it; where it was, and elsewhere.
    stage.send(CHARGES, customer["customer_id"], sent, partition=0)
    stage.flush()
    reader.until_count(2, 60)
    assert first.stop() == 0
    stage.send(CHARGES, customer["customer_id"], sent, partition=1)
    stage.flush()
    second = worker(stage)
    reader.until_count(3, 60)
    assert second.stop() == 0
    reader.read()
    assert paid(stage) == {"job-0": 1}
    assert [answer.type for answer in reader.answers] == ["charge.approved"] * 3
    assert len({answer.answer_id for answer in reader.answers}) == 1
    payment = stage.sandbox.payments()[0]["id"]
    assert {answer.data["payment_id"] for answer in reader.answers} == {payment}


def test_a_frozen_worker_that_wakes_up_makes_no_further_payment(stage, reader):
    """*Frozen past its session, its partitions taken over.*"""
    stage.sandbox.arm("latency", milliseconds=200)
    sent = charges(stage, 300)
    first = first_worker(stage, WORKER_CONCURRENCY="8")
    reader.until_count(30, 60)
    first.send_signal(signal.SIGSTOP)
    second = worker(stage, WORKER_CONCURRENCY="32")
    reader.until_answered(list(sent), 120, [second])
    frozen_at, before = last_call(stage), paid(stage)
    first.send_signal(signal.SIGCONT)
    first.until("(?i)lost|revoked|rebalanc|generation", 60)
    # It has learnt of it; what it does about it is done when it has left.
    assert first.stop() in (0, 2)
    assert second.stop() == 0
    reader.read()
    assert paid(stage) == before == {job: 1 for job in sent}
    assert calls(stage, "POST", "/v1/payments", after=frozen_at) == [], "it went on to charge what others own"
    for job, found in answers(reader).items():
        assert {answer.type for answer in found} == {"charge.approved"}, job
        assert len({answer.answer_id for answer in found}) == 1, job


def test_a_group_that_a_tool_has_set_back(stage, reader):
    """*Offsets reset by a tool.*"""
    sent = charges(stage, 24, partition="each")
    first = first_worker(stage)
    reader.until_answered(list(sent), 60, [first])
    assert first.stop() == 0
    with Stranger(stage) as tool:
        tool.commit(CHARGES, {number: 0 for number in range(stage.partitions)})
    before = last_call(stage)
    second = worker(stage)
    reader.until_count(2 * len(sent), 120)
    assert second.stop() == 0
    assert paid(stage) == {job: 1 for job in sent}
    looked = calls(stage, "GET", "/v1/payments/search", after=before)
    assert len(looked) >= len(sent), "each of them may have been attempted"
    assert [call["status"] for call in calls(stage, "POST", "/v1/payments", after=before)].count(201) == 0
    assert all(len(found) == 2 and len({answer.answer_id for answer in found}) == 1 for found in answers(reader).values())


def test_metadata_that_a_worker_never_wrote_here(stage, reader):
    """*Foreign, damaged or mirrored metadata.*"""
    first_jobs = charges(stage, 30, "first", partition="each")
    first = first_worker(stage)
    reader.until_answered(list(first_jobs), 60, [first])
    assert first.stop() == 0
    places = committed(stage, CHARGES)
    later = charges(stage, 30, "later", partition="each")

    def forged(partition, topic=CHARGES, cluster="elsewhere"):
        # All that is still to be done is called done.
        base = places[partition][0]
        return offsets.signed(f"cobrador/1;{cluster};{topic};{partition};{base};{base + 5};released;/")

    held = forged(4).replace(";released;", ";held;")
    texts = ["garbage \x7f ; é", places[0][1] or "x", forged(2), forged(3)[:-20], held, "x" * 4000]
    with Stranger(stage) as tool:
        tool.commit(CHARGES, {number: (places[number][0], text) for number, text in enumerate(texts)})
    second = worker(stage)
    reader.until_answered(list(later), 120, [second])
    assert second.stop() == 0
    reader.read()
    assert paid(stage) == {job: 1 for job in [*first_jobs, *later]}
    assert Counter(answer.job_id for answer in reader.answers) == {job: 1 for job in [*first_jobs, *later]}


def test_a_fresh_charge_by_token_costs_one_call(stage, reader):
    """*A first start that says so.*"""
    sent = charges(stage, 12, partition="each")
    running = first_worker(stage)
    reader.until_answered(list(sent), 60, [running])
    sent |= charges(stage, 12, "next", partition="each")
    reader.until_answered(list(sent), 60, [running])
    assert running.stop() == 0
    reader.read()
    assert Counter(f"{call['method']} {call['path']}" for call in calls(stage)) == {"POST /v1/payments": len(sent)}
    assert len(reader.answers) == len(sent)


def test_a_restart_in_the_middle_of_a_backlog_repeats_nothing(stage, reader):
    """*Asked to leave, and started again.*"""
    stage.sandbox.arm("latency", milliseconds=100)
    sent = charges(stage, 300)
    first = first_worker(stage, WORKER_CONCURRENCY="8")
    reader.until_count(60, 60)
    assert first.stop() == 0
    reader.read()
    assert len(reader.answers) < len(sent), "the worker was done before the signal: this shows nothing"
    second = worker(stage)
    reader.until_answered(list(sent), 120, [second])
    assert second.stop() == 0
    reader.read()
    assert paid(stage) == {job: 1 for job in sent}
    assert Counter(answer.job_id for answer in reader.answers) == {job: 1 for job in sent}
    assert {call["status"] for call in calls(stage, "POST", "/v1/payments")} == {201}, "no charge was asked for again"


def test_what_is_done_above_the_frontier_is_not_repeated_after_a_crash(stage, reader):
    """*Killed with a slow job in front of many that are done.*"""
    slow = {"kind": "latency", "milliseconds": 600000, "match": {"external_reference": "slow-0"}}
    stage.sandbox.call("POST", "/_sandbox/faults", slow)
    charges(stage, 1, "slow", partition=0)
    sent = charges(stage, 40, partition=0)
    first = first_worker(stage, GATEWAY_CALL_TIMEOUT="120s", GATEWAY_READ_TIMEOUT="120s", WORKER_DRAIN_DEADLINE="5s")
    reader.until_answered(list(sent), 60, [first])

    def all_done():
        offset, text = committed(stage, CHARGES)[0]
        return offset == 0 and text and set(range(1, 41)) <= set(offsets.decode(text).done)

    until(all_done, "a committed map that calls all but the first done", 30)
    first.stop(signal.SIGKILL)
    stage.sandbox.disarm()
    second = worker(stage)
    reader.until_answered(["slow-0"], 60, [second])
    assert second.stop() == 0
    reader.read()
    assert Counter(answer.job_id for answer in reader.answers) == {job: 1 for job in [*sent, "slow-0"]}
    assert {job: len(calls(stage, key=idempotency_key(job))) for job in sent} == {job: 1 for job in sent}
    assert paid(stage) == {job: 1 for job in [*sent, "slow-0"]}


def test_a_partition_whose_offset_is_out_of_range_stands_still_and_others_go_on(stage, reader):
    """*A committed offset that the log doesn't have.*"""
    with Stranger(stage) as tool:
        tool.commit(CHARGES, {0: 10_000})
    sent = charges(stage, 24, partition="each")
    others = [job for number, job in enumerate(sent) if number % stage.partitions != 0]
    running = worker(stage, WORKER_NEW_GROUP="false")
    reader.until_answered(others, 60, [running])
    running.until(r"(?i)stands still|out of range", 30)
    reader.read()
    assert {answer.job_id for answer in reader.answers} == set(others)
    assert committed(stage, CHARGES)[0][0] == 10_000, "nobody moves it but an operator"
    assert running.stop() == 0


def test_a_charge_whose_key_the_gateway_has_forgotten_is_found(stage, reader):
    """*The gateway's retention of keys is over.*"""
    stage.sandbox.arm("hang-after", times=5, milliseconds=60000)
    sent = charges(stage, 5)
    first = first_worker(stage)
    until(lambda: len(stage.sandbox.payments()) == 5, "the payments")
    first.stop(signal.SIGKILL)
    stage.sandbox.disarm()
    assert stage.sandbox.call("POST", "/_sandbox/forget-keys", {})["forgotten"] == 5
    second = worker(stage)
    reader.until_answered(list(sent), 90, [second])
    assert second.stop() == 0
    reader.read()
    assert paid(stage) == {job: 1 for job in sent}
    assert [answer.type for answer in reader.answers] == ["charge.approved"] * 5
    assert len(calls(stage, "GET", "/v1/payments/search")) >= 5
