"""The promises that a worker makes, each as a pure check over what was sent, answered, paid and committed.

A check returns a list of `Broken`; an empty one is what a test wants. `test_guarantee_checkers.py` shows each of them to notice
a double that breaks its promise, and no other.
"""
from collections import defaultdict
from dataclasses import dataclass, field

ONE_PAYMENT = "at most one payment a job"
ANSWERED = "every job answered"
ORDER = "order within a key"
COMMITTED = "nothing committed before it is answered"


@dataclass(frozen=True)
class Copy:
    """One record of a job, where it stands in the log. `content` tells copies of one id apart."""

    job_id: str
    kind: str
    key: str
    topic: str
    partition: int
    offset: int
    content: str = ""

    @property
    def lane(self):
        return self.topic, self.partition, self.key


@dataclass(frozen=True)
class Reply:
    """One answer, where it stands in the log: an event, or a dead letter where `reason` is set."""

    job_id: str
    topic: str
    partition: int
    offset: int
    type: str = ""
    answer_id: str = ""
    data: dict = field(default_factory=dict, hash=False)
    reason: str | None = None
    money: str | None = None
    origin: tuple | None = None
    seen_at: float = 0.0


@dataclass(frozen=True)
class Snapshot:
    """What a group had committed at a moment, and how long the answers' logs were right after it.

    `positions` and `ends` are by (topic, partition); `done` has the offsets above the position that the map calls
    done.
    """

    at: float
    positions: dict
    done: dict
    ends: dict


@dataclass(frozen=True)
class Broken:
    promise: str
    job_id: str
    text: str


def by_job(items):
    found = defaultdict(list)
    for item in items:
        found[item.job_id].append(item)
    return found


def job_of(item):
    return item["metadata"].get("cobrador_job_id")


def at_most_one_payment(copies, payments):
    """One payment, and one refund, for a job id; and none for nobody."""
    known = {copy.job_id for copy in copies}
    paid, refunded = defaultdict(list), defaultdict(list)
    for payment in payments:
        paid[job_of(payment)].append(payment)
        for refund in payment["refunds"]:
            refunded[job_of(refund)].append(refund)
    for what, table in [("payment", paid), ("refund", refunded)]:
        for job, made in table.items():
            ids = ", ".join(str(item["id"]) for item in made)
            if job not in known:
                yield Broken(ONE_PAYMENT, str(job), f"{what} {ids} belongs to no job")
            elif len(made) > 1:
                yield Broken(ONE_PAYMENT, job, f"{len(made)} {what}s were made: {ids}")


def every_job_answered(copies, replies, delivery):
    """At least one answer for a job; in `atomic` delivery one record for each of its records."""
    sent, answered = by_job(copies), by_job(replies)
    for job, records in sent.items():
        found = answered.get(job, [])
        if not found:
            yield Broken(ANSWERED, job, "there is no answer")
        elif delivery == "atomic" and len(found) != len(records):
            yield Broken(ANSWERED, job, f"{len(records)} records have {len(found)} answers")
        if len({record.content for record in records}) > 1 and len(found) < 2:
            yield Broken(ANSWERED, job, "of two contents under one id only one is answered")
    for job in answered.keys() - sent.keys():
        yield Broken(ANSWERED, job, "it was never asked for, and is answered")
    for job, found in answered.items():
        if len({reply.answer_id for reply in found if reply.reason is None}) > 1:
            yield Broken(ANSWERED, job, "its events have different ids")


def order_within_key(copies, places, what):
    """Jobs of one lane came in the order of their log.

    `places` has each job's place in another order: that of its first answer, of its payment, of its first call.
    Places are compared where they are of the same log. A job with records in several lanes isn't compared: the
    other record may be done earlier.
    """
    lanes, first = defaultdict(list), {}
    for job, records in by_job(copies).items():
        first[job] = min(records, key=lambda copy: copy.offset)
        if len({copy.lane for copy in records}) == 1:
            lanes[first[job].lane].append(first[job])
    for lane in lanes.values():
        latest = {}
        for copy in sorted(lane, key=lambda copy: copy.offset):
            if copy.job_id not in places:
                continue
            log, place = places[copy.job_id]
            before, job = latest.get(log, (place, copy.job_id))
            if before > place:
                yield Broken(ORDER, copy.job_id, f"{what} of an earlier job of its key, {job}, came later")
            latest[log] = max((before, job), (place, copy.job_id))


def first_answers(replies):
    """The place of each job's first event; a dead letter is in another log, and orders nothing."""
    places = {}
    for reply in sorted((reply for reply in replies if reply.reason is None), key=lambda reply: reply.offset):
        places.setdefault(reply.job_id, ((reply.topic, reply.partition), reply.offset))
    return places


def payments_made(payments):
    """The place of each job's payment in the order in which the gateway made them."""
    return {job_of(payment): ("payments", number) for number, payment in reversed(list(enumerate(payments)))}


def nothing_committed_unanswered(copies, replies, snapshots):
    """Every offset that a commit calls done had its answer in the log by then."""
    records = {(copy.topic, copy.partition, copy.offset): copy for copy in copies}
    waiting = defaultdict(list)
    for topic, partition, offset in sorted(records, reverse=True):
        waiting[topic, partition].append(offset)
    answered, told = by_job(replies), set()
    for snapshot in snapshots:
        for (topic, partition), position in snapshot.positions.items():
            rest = waiting[topic, partition]
            claimed = list(snapshot.done.get((topic, partition), ()))
            while rest and rest[-1] < position:
                claimed.append(rest.pop())
            for place in [(topic, partition, offset) for offset in claimed]:
                copy = records.get(place)
                if copy is None or place in told:
                    continue
                told.add(place)
                if not any(was_there(reply, snapshot.ends) for reply in answered.get(copy.job_id, [])):
                    text = f"{topic}/{partition}/{place[2]} was committed as done, and had no answer"
                    yield Broken(COMMITTED, copy.job_id, text)


def was_there(reply, ends):
    return reply.offset < ends.get((reply.topic, reply.partition), 0)
