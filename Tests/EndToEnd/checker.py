"""Compares what was asked for with what the gateway did and what was answered, job by job.

Pure: it takes plain values, so that `test_checker.py` can show that it notices every kind of lie.
"""
from dataclasses import dataclass, field
from decimal import Decimal

from promises import Copy, order_within_key
from truths import cards_are_saved_once

# The holder's name decides the outcome at Mercado Pago's test cards.
EXPECTED_CHARGE = {
    "APRO": "charge.approved",
    "OTHE": "charge.rejected",
    "FUND": "charge.rejected",
    "SECU": "charge.rejected",
    "EXPI": "charge.rejected",
    "CALL": "charge.rejected",
    "CONT": "charge.pending",
}


@dataclass
class Job:
    id: str
    kind: str
    key: str
    expected: str
    amount: str | None = None


@dataclass
class Answer:
    """An event, or a dead letter where `reason` is set."""

    job_id: str
    key: str
    type: str = ""
    answer_id: str = ""
    data: dict = field(default_factory=dict)
    reason: str | None = None
    money: str | None = None


def disagreements(jobs, payments, answers, cards=None):
    """Every broken promise, in words; an empty list is what a test wants.

    `jobs` in the order in which they were sent, `payments` the gateway's ledger, `answers` as they were read,
    `cards` the saved cards by customer.
    """
    found = []
    paid, answered = {}, {}
    for payment in payments:
        paid.setdefault(payment["metadata"].get("cobrador_job_id"), []).append(payment)
    for answer in answers:
        answered.setdefault(answer.job_id, []).append(answer)
    known = {job.id for job in jobs}
    strangers = [payment for id, made in paid.items() if id not in known for payment in made]
    found += [f"payment {payment['id']} belongs to no job" for payment in strangers]
    found += [f"{id} was never asked for, and answered" for id in answered if id not in known]
    for job in jobs:
        found += of_job(job, paid.get(job.id, []), answered.get(job.id, []))
    if cards is not None:
        found += of_cards(answers, cards)
    return found + list(out_of_order(jobs, answers))


def of_cards(answers, cards):
    """Registrations whose card the gateway doesn't have, and cards that it has twice."""
    for answer in answers:
        if answer.type == "card.registered":
            saved = [card["id"] for card in cards.get(answer.data.get("customer_id"), [])]
            if answer.data.get("card_id") not in saved:
                yield f"{answer.job_id} was answered card.registered, and the gateway has no such card"
    yield from (f"{broken.text} for {broken.job_id}" for broken in cards_are_saved_once(cards))


def of_job(job, payments, answers):
    if len(payments) > 1:
        yield f"{job.id} was charged {len(payments)} times"
    if not answers:
        yield f"{job.id} has no answer"
        return
    events = [answer for answer in answers if answer.reason is None]
    if events and len(events) < len(answers):
        yield f"{job.id} has an event and a dead letter"
    if len({event.answer_id for event in events}) > 1:
        yield f"{job.id} has answers with different ids"
    if not events:
        letter = answers[0]
        if letter.money == "not-moved" and payments:
            yield f"{job.id} is a dead letter that denies payment {payments[0]['id']}"
        if job.expected != f"dead-letter {letter.reason}":
            yield f"{job.id} is a dead letter ({letter.reason}), not {job.expected}"
        return
    for event in events:
        yield from of_event(job, payments, event)


def of_event(job, payments, event):
    if event.type != job.expected:
        yield f"{job.id} was answered {event.type}, not {job.expected}"
    if event.key != job.key:
        yield f"{job.id} was answered under another key"
    if job.kind != "charge-saved-card":
        return
    if event.type == "charge.failed":
        if payments:
            yield f"{job.id} was answered charge.failed, and payment {payments[0]['id']} was made"
        return
    if not payments:
        yield f"{job.id} was answered {event.type}, and the gateway has no payment"
        return
    payment = payments[0]
    if event.data.get("payment_id") != payment["id"]:
        yield f"{job.id} was answered with payment {event.data.get('payment_id')}, not {payment['id']}"
    if event.data.get("status") != payment["status"]:
        yield f"{job.id} was answered {event.data.get('status')}, and the gateway says {payment['status']}"
    if Decimal(str(payment["transaction_amount"])) != Decimal(job.amount):
        yield f"{job.id} was charged {payment['transaction_amount']}, not {job.amount}"
    if Decimal(str(event.data.get("transaction_amount"))) != Decimal(job.amount):
        yield f"{job.id} was answered with {event.data.get('transaction_amount')}, not {job.amount}"


def out_of_order(jobs, answers):
    """Jobs of one kind and key whose first events came in another order than the jobs were sent in."""
    copies = [Copy(job.id, job.kind, job.key, job.kind, 0, number) for number, job in enumerate(jobs)]
    places = {}
    for number, answer in enumerate(answers):
        if answer.reason is None:
            places.setdefault(answer.job_id, ("events", number))
    for broken in order_within_key(copies, places, "an answer"):
        yield f"{broken.job_id}: {broken.text}"
