"""Whether the answers say what the gateway's books say: pure, like `promises.py`."""
from collections import defaultdict
from decimal import Decimal

from promises import Broken, by_job, job_of

TRUE = "an answer says what the books say"
DECIDED = "money is unknown only where nobody can know"

# Money may be called unknown where the gateway refused a call with a key conflict that nothing explains, and beside
# those for this share of the jobs.
UNKNOWN_SHARE_MAX = 0.001

# What a payment's state may have become since an event of this type, by later jobs.
STATES = {
    "charge.approved": {"approved", "refunded"},
    "charge.authorized": {"authorized", "approved", "cancelled"},
    "charge.rejected": {"rejected", "cancelled"},
    "charge.pending": {"in_process", "cancelled"},
}
OPERATIONS = {"payment.captured": "captures", "payment.cancelled": "cancellations"}


def answers_are_true(copies, replies, payments, expected):
    """Each answer against the ledger. `expected` has the types of event that a job may be answered with."""
    ledger, made, refunds = {}, defaultdict(list), defaultdict(list)
    for payment in payments:
        ledger[payment["id"]] = payment
        made[job_of(payment)].append(payment)
        for refund in payment["refunds"]:
            refunds[job_of(refund)].append(refund)
    amounts = defaultdict(set)
    for copy in copies:
        amounts[copy.job_id].add(copy.content)
    for job, found in by_job(replies).items():
        for reply in found:
            if reply.reason is not None:
                yield from of_letter(reply, made[job] + refunds[job], len(amounts[job]))
            elif reply.type not in expected.get(job, {reply.type}):
                yield Broken(TRUE, job, f"it was answered {reply.type}, and never could be")
            elif reply.type.startswith("charge."):
                yield from of_charge(reply, made[job], amounts[job])
            elif reply.type.startswith("payment.") and "refunded" in reply.type:
                if [amount(refund) for refund in refunds[job]] != [Decimal(next(iter(amounts[job])))]:
                    yield Broken(TRUE, job, f"it was answered {reply.type}, and the books have {refunds[job]}")
            elif reply.type in OPERATIONS:
                payment = ledger.get(reply.data.get("payment_id"))
                if payment is None or payment[OPERATIONS[reply.type]] == 0:
                    yield Broken(TRUE, job, f"it was answered {reply.type}, and the books have no such thing")
    # What is answered as refused has moved nothing.
    for job, found in by_job(replies).items():
        if all(reply.type in ("charge.failed", "charge.expired", "payment.operation-failed") for reply in found):
            for item in made[job] + refunds[job]:
                yield Broken(TRUE, job, f"it was answered {found[0].type}, and {item['id']} was made")


def amount(item):
    return Decimal(str(item["amount"]))


def of_letter(letter, moved, contents):
    # Of two contents under one id, the one that is refused has moved nothing, and the other has.
    if letter.money == "not-moved" and moved and contents < 2:
        yield Broken(TRUE, letter.job_id, f"a dead letter ({letter.reason}) denies {moved[0]['id']}")
    if letter.reason == "conflict" and contents < 2:
        yield Broken(TRUE, letter.job_id, "it is called a conflict, and has one content")


def of_charge(event, payments, amounts):
    job, states = event.job_id, STATES.get(event.type)
    if states is None:
        return
    if not payments:
        yield Broken(TRUE, job, f"it was answered {event.type}, and there is no payment")
        return
    payment = payments[0]
    if event.data.get("payment_id") not in [payment["id"] for payment in payments]:
        yield Broken(TRUE, job, f"it was answered with payment {event.data.get('payment_id')}, and has {payment['id']}")
    if payment["status"] not in states:
        yield Broken(TRUE, job, f"it was answered {event.type}, and the payment is {payment['status']}")
    charged = {Decimal(str(payment["transaction_amount"])), Decimal(str(event.data.get("transaction_amount")))}
    if len(charged) > 1 or not charged <= {Decimal(text) for text in amounts}:
        yield Broken(TRUE, job, f"{sorted(charged)} was charged and answered, not {sorted(amounts)}")


def unknown(copies, replies):
    """The jobs of which nobody is told whether their money moved, and those of two contents of which none is refused
    as what it is."""
    told = by_job(replies)
    found = {
        job for job, answers in told.items()
        if all(reply.money == "unknown" and reply.reason != "conflict" for reply in answers)}
    for job, records in by_job(copies).items():
        if len({copy.content for copy in records}) > 1 and len(told.get(job, ())) > 1:
            if not any(reply.reason == "conflict" for reply in told[job]):
                found.add(job)
    return found


def money_is_decided(copies, replies, excused):
    """No more unknown money than a small share, beside the jobs whose calls met a key conflict that nothing explains."""
    found, jobs = unknown(copies, replies) - excused, {copy.job_id for copy in copies}
    allowed = int(len(jobs) * UNKNOWN_SHARE_MAX)
    if len(found) > allowed:
        for job in sorted(found):
            yield Broken(DECIDED, job, f"what became of it is called unknown, as of {len(found)} jobs ({allowed} allowed)")


def cards_are_saved_once(cards):
    """No customer has one card twice."""
    for customer, saved in cards.items():
        faces = [(card["first_six_digits"], card["last_four_digits"], card["expiration_year"]) for card in saved]
        if len(faces) != len(set(faces)):
            yield Broken(TRUE, customer, "a card was added twice")
