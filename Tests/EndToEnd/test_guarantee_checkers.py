"""The checks of `promises.py` and `truths.py`, shown to notice doubles that each break one promise, and nothing else."""
from dataclasses import replace
from types import SimpleNamespace

import pytest

import promises
import truths
from names import idempotency_key
from promises import Copy, Reply, Snapshot
from summary import verdict

JOBS, EVENTS, LETTERS = "jobs", "events", "jobs.dead-letters"


class Double:
    """A worker without Kafka or a gateway: it goes through its log, pays, answers and commits, as a real one does."""

    delivery = "idempotent"

    def __init__(self):
        self.log, self.payments, self.replies, self.snapshots, self.calls = list(self.jobs()), [], [], [], {}
        self.work()

    def jobs(self):
        """Two lanes in each of two partitions; a repeat, and a conflict whose second content is refused."""
        for partition in (0, 1):
            for offset in range(6):
                job, key = f"job-{partition}-{offset}", f"key-{offset % 2}"
                yield Copy(job, "charge-saved-card", key, JOBS, partition, offset, f"{10 + offset}.00")
            yield Copy(f"job-{partition}-1", "charge-saved-card", "key-1", JOBS, partition, 6, "11.00")
            yield Copy(f"job-{partition}-2", "charge-saved-card", "key-0", JOBS, partition, 7, "99.00")

    def work(self):
        for copy in self.order(self.log):
            payment = self.paid(copy) or self.pay(copy)
            self.answer(copy, payment)
            self.commit(copy)

    def order(self, log):
        return log

    def paid(self, copy):
        return next((payment for payment in self.payments if promises.job_of(payment) == copy.job_id), None)

    def call(self, copy):
        number = len(self.calls)
        self.calls[number] = {
            "sequence": number, "at_ms": 1000 * number, "method": "POST", "path": "/v1/payments", "status": 201, "fault": None,
            "idempotency_key": idempotency_key(copy.job_id)}

    def pay(self, copy):
        self.call(copy)
        payment = {
            "id": len(self.payments) + 1, "status": "approved", "transaction_amount": float(copy.content), "refunds": [],
            "metadata": {"cobrador_job_id": copy.job_id}}
        self.payments.append(payment)
        return payment

    def answer(self, copy, payment):
        if payment["transaction_amount"] != float(copy.content):
            self.append(Reply(copy.job_id, LETTERS, 0, self.next(LETTERS), reason="conflict", money="not-moved"))
            return
        data = {"payment_id": payment["id"], "transaction_amount": float(copy.content)}
        self.append(Reply(copy.job_id, EVENTS, 0, self.next(EVENTS), "charge.approved", f"answer to {copy.job_id}", data))

    def next(self, topic):
        return sum(reply.topic == topic for reply in self.replies)

    def append(self, reply):
        self.replies.append(reply)

    def commit(self, copy):
        ends = {(topic, 0): self.next(topic) for topic in (EVENTS, LETTERS)}
        self.snapshots.append(Snapshot(0, {(JOBS, copy.partition): self.position(copy)}, self.done(copy), ends))

    def position(self, copy):
        return copy.offset + 1

    def done(self, copy):
        return {}

    def run(self):
        """What the verdict needs of a run."""
        seen = SimpleNamespace(copies=self.log, replies=self.replies, snapshots=self.snapshots, calls=self.calls)
        expected = {copy.job_id: {"charge.approved"} for copy in self.log}
        return SimpleNamespace(observer=seen, workload=SimpleNamespace(expected=expected))

    def verdict(self):
        return verdict(self.run(), self.payments, self.delivery, {})

    def broken(self):
        return {broken.promise for broken in self.verdict()}


class ChargesAgain(Double):
    """Does every record anew: a repeat is a second payment."""

    def paid(self, copy):
        return None if copy.offset == 6 else super().paid(copy)


class RefundsAgain(Double):
    def pay(self, copy):
        payment = super().pay(copy)
        payment["refunds"] = [{"id": number, "amount": 1, "metadata": {"cobrador_job_id": copy.job_id}} for number in (1, 2)]
        return payment


class ChargesNobody(Double):
    def work(self):
        super().work()
        self.payments.append({"id": 99, "status": "approved", "transaction_amount": 1.0, "refunds": [], "metadata": {}})


class LosesAnswers(Double):
    """Says nothing for one job, and commits nothing of its partition from there on."""

    def answer(self, copy, payment):
        if copy.offset != 3:
            super().answer(copy, payment)

    def position(self, copy):
        return min(copy.offset + 1, 3)


class AnswersOneContentOfTwo(LosesAnswers):
    def answer(self, copy, payment):
        if copy.offset != 7:
            Double.answer(self, copy, payment)

    def position(self, copy):
        return min(copy.offset + 1, 7)


class AnswersUnderTwoIDs(Double):
    def append(self, reply):
        super().append(replace(reply, answer_id=f"{reply.answer_id}, {len(self.replies)}") if reply.type else reply)


class AnswersStrangers(Double):
    def work(self):
        super().work()
        self.append(Reply("nobody's", LETTERS, 0, self.next(LETTERS), reason="invalid", money="not-moved"))


class AnswersTwice(Double):
    """In transactions, a repeated answer isn't one that a reader may see."""

    delivery = "atomic"

    def answer(self, copy, payment):
        super().answer(copy, payment)
        if copy.offset == 4:
            super().answer(copy, payment)


class Overtakes(Double):
    """Lets the fifth record go before the third, which has the same key."""

    def order(self, log):
        return sorted(log, key=lambda copy: (copy.partition, 1.5 if copy.offset == 4 else copy.offset))

    def position(self, copy):
        return 2 if copy.offset in (4, 2, 3) else copy.offset + 1


class OvertakesInAnswers(Double):
    """Pays in order, and gives a lane's answers in another: each after the next one's."""

    def answer(self, copy, payment):
        if copy.offset == 0:
            self.held = copy, payment
            return
        super().answer(copy, payment)
        if copy.offset == 2:
            super().answer(*self.held)

    def position(self, copy):
        return 0 if copy.offset < 2 else copy.offset + 1


class OvertakesInCalls(Double):
    """Pays and answers in order, after a call for the fifth record that came to nothing."""

    def work(self):
        self.call(self.log[4])
        super().work()


class CommitsEarly(Double):
    """Commits the next record's offset, too."""

    def position(self, copy):
        return copy.offset + 2


class CallsUnansweredDone(Double):
    """Its offset map has a job that is still running."""

    def done(self, copy):
        return {(JOBS, copy.partition): [copy.offset + 1]}


class DeniesAPayment(Double):
    def append(self, reply):
        if reply.job_id == "job-0-5":
            reply = Reply(reply.job_id, LETTERS, 0, self.next(LETTERS), reason="retries-exhausted", money="not-moved")
        super().append(reply)


class NamesAnotherPayment(Double):
    def append(self, reply):
        super().append(replace(reply, data={**reply.data, "payment_id": 77}) if reply.job_id == "job-0-0" else reply)


class ChargesAnotherAmount(Double):
    def pay(self, copy):
        payment = super().pay(copy)
        payment["transaction_amount"] += 1 if copy.offset == 5 else 0
        return payment

    def answer(self, copy, payment):
        data = {"payment_id": payment["id"], "transaction_amount": float(copy.content)}
        if copy.offset == 5:
            self.append(Reply(copy.job_id, EVENTS, 0, self.next(EVENTS), "charge.approved", "5", data))
        else:
            super().answer(copy, payment)


class SaysRejected(Double):
    def append(self, reply):
        super().append(replace(reply, type="charge.rejected") if reply.job_id == "job-1-0" else reply)


class KnowsNothing(Double):
    """Calls the money unknown wherever it could have looked."""

    def append(self, reply):
        if reply.job_id == "job-0-5":
            reply = Reply(reply.job_id, LETTERS, 0, self.next(LETTERS), reason="outcome-unknown", money="unknown")
        super().append(reply)


class CallsAConflictUnknown(Double):
    """Doesn't tell that an id has another content."""

    def append(self, reply):
        super().append(replace(reply, reason="outcome-unknown", money="unknown") if reply.reason else reply)


DOUBLES = [
    (Double, None),
    (ChargesAgain, promises.ONE_PAYMENT), (RefundsAgain, promises.ONE_PAYMENT), (ChargesNobody, promises.ONE_PAYMENT),
    (LosesAnswers, promises.ANSWERED), (AnswersOneContentOfTwo, promises.ANSWERED), (AnswersTwice, promises.ANSWERED),
    (AnswersUnderTwoIDs, promises.ANSWERED), (AnswersStrangers, promises.ANSWERED),
    (Overtakes, promises.ORDER), (OvertakesInAnswers, promises.ORDER),
    (OvertakesInCalls, promises.ORDER),
    (CommitsEarly, promises.COMMITTED), (CallsUnansweredDone, promises.COMMITTED),
    (DeniesAPayment, truths.TRUE), (NamesAnotherPayment, truths.TRUE), (ChargesAnotherAmount, truths.TRUE),
    (SaysRejected, truths.TRUE), (KnowsNothing, truths.DECIDED),
    (CallsAConflictUnknown, truths.DECIDED),
]


@pytest.mark.parametrize("double, promise", DOUBLES, ids=lambda value: getattr(value, "__name__", ""))
def test_exactly_the_broken_promise_is_named(double, promise):
    assert double().broken() == ({promise} if promise else set())


def test_repeated_answers_are_no_lie_where_they_are_allowed():
    class Repeats(AnswersTwice):
        delivery = "idempotent"

    assert Repeats().broken() == set()


def test_a_key_conflict_that_nothing_explains_excuses_its_job_alone():
    double = KnowsNothing()
    assert list(truths.money_is_decided(double.log, double.replies, {"job-0-5"})) == []
    assert list(truths.money_is_decided(double.log, double.replies, {"job-0-4"})) != []


def test_a_second_record_in_another_partition_orders_nothing():
    log = [Copy("a", "", "k", JOBS, 0, 0), Copy("b", "", "k", JOBS, 0, 1), Copy("b", "", "k", JOBS, 1, 0)]
    places = {"a": ("events", 5), "b": ("events", 4)}
    assert list(promises.order_within_key(log, places, "it")) == []
    assert len(list(promises.order_within_key(log[:2], places, "it"))) == 1


def test_a_card_that_is_saved_twice_is_noticed():
    card = {"id": "7", "first_six_digits": "503175", "last_four_digits": "0604", "expiration_year": 2030}
    assert list(truths.cards_are_saved_once({"k": [card]})) == []
    assert len(list(truths.cards_are_saved_once({"k": [card, dict(card, id="8")]}))) == 1
