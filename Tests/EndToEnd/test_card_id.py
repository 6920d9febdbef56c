"""Charges of a saved card by its id, without a security code: each job makes a token of its own, and one payment."""
import signal
from collections import Counter

import pytest

from group import Stranger
from harness import CHARGES, Stage, headers
from names import idempotency_key
from sellers import Sellers
from steps import SHORT, answers, calls, first_worker, let_pass, paid, until, worker

PERMITTED = {"ACCOUNT_SECURITY_CODE_OPTIONAL": "true", **SHORT}
TOKENS, PAYMENTS = ("POST", "/v1/card_tokens"), ("POST", "/v1/payments")


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path, sandbox=["--payment-search-lag", "200ms", "--allow-missing-security-code"])
    yield stage
    stage.close()


def by_card(job, customer, amount="10.00"):
    return {
        "job_id": job, "customer_id": customer["customer_id"], "card_id": customer["card_id"],
        "transaction_amount": amount}


def send(stage, count, partitions=(None,), prefix="job"):
    """Sends charges by card id, each of a customer of its own, to each of some partitions; returns their values."""
    sent = {}
    for number, customer in enumerate(stage.sandbox.seed(count, "APRO", tokens=0)):
        value = by_card(f"{prefix}-{number}", customer)
        for partition in partitions:
            stage.send(CHARGES, customer["customer_id"], value, partition=partition)
        sent[value["job_id"]] = value
    stage.flush()
    return sent


def told(reader):
    """What each job was answered, repeats left out."""
    return {job: {answer.reason or answer.type for answer in found} for job, found in answers(reader).items()}


def test_an_ambiguous_call_is_repeated_with_the_same_token(stage, reader):
    """*Answers lost.*"""
    for number, kind in enumerate(["reset-after", "5xx-after", "5xx-before", "reset-before", "truncated-after"]):
        stage.sandbox.arm(kind, probability=0.12, seed=number)
        stage.sandbox.arm(kind, path=TOKENS[1], probability=0.08, seed=10 + number)
    sent = send(stage, 60)
    running = first_worker(stage, **PERMITTED)
    reader.until_answered(list(sent), 90, [running])
    faults = stage.sandbox.summary()["requests"]["faults"]
    stage.sandbox.disarm()
    assert running.stop() == 0
    reader.read()
    made = calls(stage, *PAYMENTS)
    looks = calls(stage, "GET", "/v1/payments/search")
    print(
        f"\n  {len(sent)} charges by card id: {len(calls(stage, *TOKENS))} calls for tokens, {len(made)} for payments, "
        f"{len(looks)} looks; faults {faults}")
    assert faults.get("reset-after", 0) + faults.get("5xx-after", 0) > 0, "no answer was lost: this shows nothing"
    assert len(made) > len(sent), "no call was repeated: this shows nothing"
    # Another token under the same key would be a conflict of keys.
    assert {call["status"] for call in made} & {409, 400} == set()
    assert paid(stage) == {job: 1 for job in sent}
    assert told(reader) == {job: {"charge.approved"} for job in sent}


def test_a_fresh_charge_by_card_id_costs_three_calls(stage, reader):
    """Once the worker has had its partitions for longer than the index lags: a look, a token, the charge."""
    running = first_worker(stage, **PERMITTED)
    let_pass(2)
    sent = send(stage, 12)
    reader.until_answered(list(sent), 60, [running])
    assert running.stop() == 0
    assert Counter(f"{call['method']} {call['path']}" for call in calls(stage)) == {
        "GET /v1/payments/search": len(sent), "POST /v1/card_tokens": len(sent), "POST /v1/payments": len(sent)}


def test_a_worker_that_dies_between_the_token_and_the_charge_and_between_the_charge_and_its_answer(stage, reader):
    """*Killed with a token made*, and *with a charge made*: no later run takes the token."""
    never = {"kind": "hang", "milliseconds": 60000, "match": {"action": "charge", "external_reference": "job-0"}}
    lost = {"kind": "hang-after", "milliseconds": 60000, "match": {"action": "charge", "external_reference": "job-1"}}
    for fault in (never, lost):
        stage.sandbox.call("POST", "/_sandbox/faults", fault)
    sent = send(stage, 2)
    first = first_worker(stage, **PERMITTED)
    both = lambda: len(calls(stage, *PAYMENTS)) >= 2 and len(stage.sandbox.payments()) == 1
    until(both, "both charges under way")
    tokens = len(calls(stage, *TOKENS))
    first.stop(signal.SIGKILL)
    stage.sandbox.disarm()
    second = worker(stage, **PERMITTED)
    reader.until_answered(list(sent), 90, [second])
    assert second.stop() == 0
    reader.read()
    more = len(calls(stage, *TOKENS)) - tokens
    looks = calls(stage, "GET", "/v1/payments/search")
    print(f"\n  {tokens} tokens before the crash, {more} after it; {len(looks)} looks")
    assert paid(stage) == {job: 1 for job in sent}
    assert told(reader) == {job: {"charge.approved"} for job in sent}
    assert (tokens, more) == (2, 1), "the charge that was made needs no token, the other a new one"
    assert len({call["idempotency_key"] for call in calls(stage, *PAYMENTS)}) == 2


def test_copies_at_once_later_and_to_a_later_worker_make_one_payment(stage, reader):
    """*Duplicates.*"""
    sent = send(stage, 8, partitions=(0, 1))
    first = first_worker(stage, **PERMITTED)
    reader.until_count(16, 60)
    for value in sent.values():
        stage.send(CHARGES, value["customer_id"], value, partition=2)
    stage.flush()
    reader.until_count(24, 60)
    assert first.stop() == 0
    with Stranger(stage) as tool:
        tool.commit(CHARGES, {number: 0 for number in range(stage.partitions)})
    second = worker(stage, **PERMITTED)
    reader.until_count(48, 90)
    assert second.stop() == 0
    reader.read()
    assert paid(stage) == {job: 1 for job in sent}
    assert told(reader) == {job: {"charge.approved"} for job in sent}
    assert all(len({answer.answer_id for answer in found}) == 1 for found in answers(reader).values())
    assert Counter(call["idempotency_key"] for call in calls(stage, *PAYMENTS) if call["status"] == 201) == {
        idempotency_key(job): 1 for job in sent}


def test_where_it_is_not_permitted_it_is_refused_without_a_call_or_by_the_gateway(tmp_path, make_reader):
    """By the settings, by the country, and where only the gateway knows."""
    sellers = Sellers("default", "chile", "permitted", sites={"chile": "MLC"})
    stage = Stage(tmp_path, sandbox=sellers.options())
    try:
        reader = make_reader(stage)
        for name in sellers.names:
            customer = stage.sandbox.seed(1, "APRO", tokens=0, account=sellers.number(name))[0]
            stage.send(CHARGES, customer["customer_id"], {"account": name, **by_card(name, customer, "5000")})
        stage.flush()
        running = first_worker(
            stage, **sellers.settings(ACCOUNT_SITE="MLA", ACCOUNTS_PERMITTED_SECURITY_CODE_OPTIONAL="true", **SHORT))
        forbidden = stage.worker(ACCOUNT_SITE="MLC", **PERMITTED)
        reader.until_answered(sellers.names, 60, [running])
        assert running.stop() == 0
        assert [stage.sandbox.payments(number) for number in range(3)] == [[], [], []]
        assert {call["account"] for call in calls(stage)} == {sellers.number("permitted")}
        told = {name: found[0] for name, found in answers(reader).items()}
        details = {answer.job_id: headers(message) for answer, message in zip(reader.answers, reader.messages)}
        for name in ("default", "chile"):
            assert (told[name].reason, told[name].money) == ("invalid", "not-moved")
            assert details[name]["cobrador-dl-detail"].startswith("card_id: ")
        refused = told["permitted"]
        assert refused.type == "charge.failed" and refused.data["error"]["codes"] == ["3013"], refused
        assert refused.data["error"]["reason"] == "security-code-required"
        assert forbidden.process.wait(60) == 78 and "Chile" in forbidden.text(), "nobody may permit it there"
    finally:
        stage.close()
