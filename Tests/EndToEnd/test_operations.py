"""Refunds, cancellations and captures through the whole worker, with answers lost on the way."""
from decimal import Decimal

from harness import CANCELS, CAPTURES, CARDS, CHARGES, REFUNDS


def charge(stage, reader, worker, count, prefix, **fields):
    """Charges that are made, by job id: the payments that they made."""
    customers = stage.sandbox.seed(count, fields.pop("holder", "APRO"), tokens=1)
    for number, customer in enumerate(customers):
        job = {"job_id": f"{prefix}-{number}", "customer_id": customer["customer_id"], "token": customer["token"], "transaction_amount": "100"}
        stage.send(CHARGES, customer["customer_id"], {**job, **fields})
    stage.flush()
    ids = [f"{prefix}-{number}" for number in range(count)]
    reader.until_answered(ids, 60, [worker])
    made = {answer.job_id: (answer.data["payment_id"], answer.key) for answer in reader.answers if answer.job_id in ids}
    return [made[id] for id in ids]


def operate(stage, topic, prefix, payments, **fields):
    for number, (payment, key) in enumerate(payments):
        stage.send(topic, key, {"job_id": f"{prefix}-{number}", "payment_id": payment, **fields})
    return [f"{prefix}-{number}" for number in range(len(payments))]


def test_each_operation_is_done_once_though_answers_get_lost(stage, reader):
    count = 40
    worker = stage.worker(RETRY_ATTEMPTS=20, GATEWAY_CALL_TIMEOUT="3s", GATEWAY_READ_TIMEOUT="3s")
    paid = charge(stage, reader, worker, count, "paid")
    held = charge(stage, reader, worker, count, "held", capture=False)
    open_ = charge(stage, reader, worker, count, "open", holder="CONT")
    for number, kind in enumerate(["reset-after", "5xx-after", "5xx-before", "reset-before"]):
        stage.sandbox.arm(kind, method="POST", path="/v1/payments/{id}/refunds", probability=0.15, seed=number)
        stage.sandbox.arm(kind, method="PUT", path="/v1/payments/{id}", probability=0.15, seed=10 + number)
    asked = {}
    asked |= dict.fromkeys(operate(stage, REFUNDS, "part", paid, amount="30"), "payment.partially-refunded")
    stage.flush()
    reader.until_answered(list(asked), 120, [worker])
    rest = dict.fromkeys(operate(stage, REFUNDS, "rest", paid), "payment.refunded")
    rest |= dict.fromkeys(operate(stage, CAPTURES, "capture", held), "payment.captured")
    rest |= dict.fromkeys(operate(stage, CANCELS, "cancel", open_), "payment.cancelled")
    rest |= dict.fromkeys(operate(stage, CANCELS, "again", open_), "payment.cancelled")
    stage.flush()
    reader.until_answered(list(rest), 120, [worker])
    asked |= rest
    faults = stage.sandbox.summary()["requests"]["faults"]
    for kind in ["reset-after", "5xx-after"]:
        assert faults.get(kind, 0) > 0, f"{kind} never struck, so this test shows less than it says"
    assert worker.stop() == 0
    reader.read()
    answers = {answer.job_id: answer.reason or answer.type for answer in reader.answers}
    assert {id: answers[id] for id in asked} == asked
    ledger = {payment["id"]: payment for payment in stage.sandbox.payments()}
    for payment, _ in paid:
        refunds = ledger[payment]["refunds"]
        assert sorted(Decimal(str(refund["amount"])) for refund in refunds) == [30, 70], "each refund is made once"
        assert len({refund["metadata"]["cobrador_job_id"] for refund in refunds}) == 2
    assert {ledger[payment]["status"] for payment, _ in paid} == {"refunded"}
    assert {ledger[payment]["status"] for payment, _ in held} == {"approved"}
    assert {ledger[payment]["status"] for payment, _ in open_} == {"cancelled"}


def test_what_a_payment_does_not_allow_is_an_answer(stage, reader):
    worker = stage.worker()
    paid = charge(stage, reader, worker, 1, "paid")
    rejected = charge(stage, reader, worker, 1, "rejected", holder="OTHE")
    operate(stage, CANCELS, "late", paid)
    operate(stage, REFUNDS, "unpaid", rejected)
    operate(stage, CAPTURES, "nothing", rejected)
    operate(stage, REFUNDS, "too-much", paid, amount="1000")
    operate(stage, REFUNDS, "nobody", [(1, "key")])
    ids = ["late-0", "unpaid-0", "nothing-0", "too-much-0", "nobody-0"]
    stage.flush()
    reader.until_answered(ids, 120, [worker])
    assert worker.stop() == 0
    events = {answer.job_id: answer for answer in reader.answers}
    assert {events[id].type for id in ids} == {"payment.operation-failed"}
    assert events["late-0"].data["status"] == "approved" and events["late-0"].data["error"]["codes"] == ["2018"]
    assert events["unpaid-0"].data["status"] == "rejected"
    assert "2000" in events["nobody-0"].data["error"]["codes"]
    assert all(not payment["refunds"] for payment in stage.sandbox.payments())


def test_one_topic_keeps_the_order_of_different_kinds(stage, reader):
    customer = stage.sandbox.seed(1, "APRO", tokens=1)[0]
    worker = stage.worker()
    key = customer["customer_id"]
    first = charge(stage, reader, worker, 1, "held", capture=False)[0][0]
    stage.sandbox.arm("latency", method="PUT", path="/v1/payments/{id}", milliseconds=300)

    def send(kind, **fields):
        stage.send(CHARGES, key, {"job_id": kind, **fields}, [("ce_specversion", "1.0"), ("ce_type", kind)])

    send("capture-payment", payment_id=first)
    send("refund-payment", payment_id=first)
    send("charge-saved-card", customer_id=key, token=customer["token"], transaction_amount="5")
    stage.flush()
    reader.until_answered(["capture-payment", "refund-payment", "charge-saved-card"], 60, [worker])
    assert worker.stop() == 0
    order = [(answer.job_id, answer.type) for answer in reader.answers[1:]]
    assert order == [
        ("capture-payment", "payment.captured"), ("refund-payment", "payment.refunded"),
        ("charge-saved-card", "charge.approved")]


def test_a_charge_whose_time_is_over_is_not_made(stage, reader):
    customer = stage.sandbox.seed(1, "APRO", tokens=2)[0]
    for id, token, moment in [("stale", customer["tokens"][0], "2020-01-01T00:00:00Z"), ("fresh", customer["tokens"][1], "2100-01-01T00:00:00Z")]:
        stage.send(CHARGES, customer["customer_id"], {
            "job_id": id, "customer_id": customer["customer_id"], "token": token, "transaction_amount": "9", "expires_at": moment})
    stage.flush()
    worker = stage.worker()
    reader.until_answered(["stale", "fresh"], 60, [worker])
    assert worker.stop() == 0
    assert {answer.job_id: answer.type for answer in reader.answers} == {"stale": "charge.expired", "fresh": "charge.approved"}
    assert [payment["external_reference"] for payment in stage.sandbox.payments()] == ["fresh"]


def test_a_card_waits_for_its_payment_and_becomes_the_default(stage, reader):
    worker = stage.worker()
    paid = charge(stage, reader, worker, 1, "paid")[0][0]
    unpaid = charge(stage, reader, worker, 1, "unpaid", holder="OTHE")[0][0]
    customer = stage.sandbox.seed(1, "APRO", tokens=0)[0]["customer_id"]
    tokens = stage.sandbox.tokens(2)
    for id, payment, token in [("after-paid", paid, tokens[0]), ("after-unpaid", unpaid, tokens[1])]:
        stage.send(CARDS, customer, {
            "job_id": id, "customer_id": customer, "token": token, "after_payment_id": payment, "make_default": True})
    stage.flush()
    reader.until_answered(["after-paid", "after-unpaid"], 60, [worker])
    assert worker.stop() == 0
    events = {answer.job_id: answer for answer in reader.answers}
    assert events["after-paid"].type == "card.registered" and events["after-paid"].data["is_default"] is True
    assert events["after-unpaid"].type == "card.registration-failed"
    assert events["after-unpaid"].data["error"]["codes"] == ["payment-not-approved"]
