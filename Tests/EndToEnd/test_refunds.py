"""Refunds: the same job gives back once however often it comes, and what can't be given back is told with a reason."""
from decimal import Decimal

import pytest

from group import Stranger
from harness import CANCELS, CAPTURES, CHARGES, REFUNDS, Stage
from sellers import Sellers
from steps import SHORT, answers, calls, charge, first_worker, let_pass, worker

SELLERS = Sellers("argentina", "peru", sites={"peru": "MPE"})
PARTS_MAX = 20


def pay(stage, reader, running, ids, account=None, amount="100", **fields):
    """Charges that are made: their payments' ids and keys, by job id."""
    number = SELLERS.number(account) if account else 0
    for id, customer in zip(ids, stage.sandbox.seed(len(ids), "APRO", tokens=1, account=number)):
        named = {"account": account} if account else {}
        stage.send(CHARGES, customer["customer_id"], {**named, **charge(id, customer, amount), **fields})
    stage.flush()
    reader.until_answered(ids, 60, [running])
    return {id: (found[0].data["payment_id"], found[0].key) for id, found in answers(reader).items() if id in ids}


def ask(stage, job, payment, topic=REFUNDS, partition=None, **fields):
    stage.send(topic, payment[1], {"job_id": job, "payment_id": payment[0], **fields}, partition=partition)
    return job


def given_back(stage, payment, account=0):
    ledger = {found["id"]: found for found in stage.sandbox.payments(account)}
    return [Decimal(str(refund["amount"])) for refund in ledger[payment[0]]["refunds"]]


def refusal(reader, job):
    """Why an operation wasn't done, in one word of ours."""
    found = answers(reader)[job][0]
    assert found.type == "payment.operation-failed", found
    return found.data["error"]["reason"]


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path, sandbox=[*SELLERS.options(), "--settlement-lag", "1s"])
    yield stage
    stage.close()


def test_the_same_refund_delivered_often_gives_back_once(stage, reader):
    """To one worker and to a later one, where it was and elsewhere, with answers lost; a payment that is seconds old."""
    settings = SELLERS.settings(RETRY_ATTEMPTS=20, **SHORT)
    first = first_worker(stage, **settings)
    made = pay(stage, reader, first, ["whole", "part", "twice"], account="argentina")
    for number, kind in enumerate(["reset-after", "5xx-after"]):
        stage.sandbox.arm(kind, path="/v1/payments/{id}/refunds", probability=0.3, seed=number)
    copies = 4
    for number in range(copies):
        for name, fields in {"whole": {}, "part": {"amount": "30"}, "twice": {"amount": "40"}}.items():
            ask(stage, f"back-{name}", made[name], partition=number % 3, account="argentina", **fields)
    # Another job of the same amount is another refund.
    ask(stage, "back-twice-more", made["twice"], partition=0, account="argentina", amount="40")
    stage.flush()
    asked = 3 * copies + 1
    reader.until_count(3 + asked, 90)
    faults = stage.sandbox.summary()["requests"]["faults"]
    stage.sandbox.disarm()
    assert first.stop() == 0
    with Stranger(stage) as tool:
        tool.commit(REFUNDS, {number: 0 for number in range(3)})
    second = worker(stage, **settings)
    reader.until_count(3 + 2 * asked, 90)
    assert second.stop() == 0
    reader.read()
    refunds = [given_back(stage, payment) for payment in made.values()]
    asking = [call for call in calls(stage, "POST") if call["path"].endswith("/refunds")]
    print(
        f"\n  {2 * asked} deliveries of {len(made) + 1} refund jobs: {sum(map(len, refunds))} refunds, asked for in "
        f"{len(asking)} calls; faults {faults}")
    assert given_back(stage, made["whole"]) == [100]
    assert given_back(stage, made["part"]) == [30]
    assert given_back(stage, made["twice"]) == [40, 40]
    told = {job: {answer.reason or answer.type for answer in found} for job, found in answers(reader).items()}
    assert told.pop("back-whole") == {"payment.refunded"}
    for job in ["back-part", "back-twice", "back-twice-more"]:
        assert told.pop(job) == {"payment.partially-refunded"}, job


def test_a_capture_and_a_cancellation_of_a_payment_that_is_seconds_old_are_tried_again(stage, reader):
    running = first_worker(stage, **SELLERS.settings(**SHORT))
    made = pay(stage, reader, running, ["take", "drop"], account="argentina", capture=False)
    ask(stage, "capture", made["take"], CAPTURES, account="argentina")
    ask(stage, "cancel", made["drop"], CANCELS, account="argentina")
    stage.flush()
    reader.until_answered(["capture", "cancel"], 60, [running])
    assert running.stop() == 0
    found = {job: told[0].type for job, told in answers(reader).items()}
    assert (found["capture"], found["cancel"]) == ("payment.captured", "payment.cancelled")


def test_what_a_country_and_the_number_of_parts_forbid_is_told_with_a_reason(stage, reader):
    # A window that is over forbids nothing: the gateway decides, and the settings only name what it refuses.
    running = first_worker(stage, **SELLERS.settings(ACCOUNT_REFUND_WINDOW="1s", **SHORT))
    peru = pay(stage, reader, running, ["peru"], account="peru")["peru"]
    many = pay(stage, reader, running, ["many"], account="argentina")["many"]
    ask(stage, "peru-part", peru, account="peru", amount="30")
    parts = [ask(stage, f"part-{number}", many, account="argentina", amount="1") for number in range(PARTS_MAX + 1)]
    stage.flush()
    reader.until_answered(["peru-part", *parts], 90, [running])
    assert refusal(reader, "peru-part") == "partial-refund-unsupported"
    assert given_back(stage, peru, SELLERS.number("peru")) == []
    assert refusal(reader, parts[-1]) == "too-many-partial-refunds"
    assert {answers(reader)[job][0].type for job in parts[:-1]} == {"payment.partially-refunded"}
    # All that is left can be given back all the same.
    ask(stage, "peru-whole", peru, account="peru")
    ask(stage, "rest", many, account="argentina")
    stage.flush()
    reader.until_answered(["peru-whole", "rest"], 60, [running])
    assert running.stop() == 0
    assert {answers(reader)[job][0].type for job in ("peru-whole", "rest")} == {"payment.refunded"}
    assert given_back(stage, many) == [1] * PARTS_MAX + [80]


def test_a_refund_after_its_window_is_told_with_a_reason(tmp_path, make_reader):
    stage = Stage(tmp_path, sandbox=["--refund-window", "1s"])
    try:
        reader, running = make_reader(stage), first_worker(stage)
        made = pay(stage, reader, running, ["old"])["old"]
        let_pass(1.5)
        ask(stage, "late", made)
        stage.flush()
        reader.until_answered(["late"], 60, [running])
        assert running.stop() == 0
        assert refusal(reader, "late") == "refund-window-over"
        assert given_back(stage, made) == []
    finally:
        stage.close()
