"""What a run came to, in figures, and a job's whole history where a promise was broken."""
import json
from collections import Counter

import promises
import truths
from fleet import lines_naming
from names import idempotency_key
from promises import by_job

# Calls whose answer left open what had happened.
UNCLEAR = {None, 408, 409, 423, 424, 500, 502, 503, 504}
HISTORIES_MAX = 5


def verdict(run, payments, delivery, cards):
    """Every broken promise of a run."""
    seen = run.observer
    copies, replies, expected = seen.copies, seen.replies, run.workload.expected
    owners = {idempotency_key(copy.job_id): copy.job_id for copy in copies}
    excused = {owners.get(call["idempotency_key"]) for call in seen.calls.values() if call["fault"] == "409"}
    return [
        *promises.at_most_one_payment(copies, payments),
        *promises.every_job_answered(copies, replies, delivery),
        *promises.order_within_key(copies, promises.first_answers(replies), "an answer"),
        *promises.order_within_key(copies, promises.payments_made(payments), "a payment"),
        *promises.order_within_key(copies, first_calls(seen.calls, owners), "a first call"),
        *promises.nothing_committed_unanswered(copies, replies, seen.snapshots),
        *truths.answers_are_true(copies, replies, payments, expected),
        *truths.money_is_decided(copies, replies, excused),
        *truths.cards_are_saved_once(cards),
    ]


def first_calls(calls, owners):
    """The place of each job's first call with its key at the gateway; `owners` has the jobs by key."""
    places = {}
    for call in calls.values():
        if call["idempotency_key"] in owners:
            places.setdefault(owners[call["idempotency_key"]], ("calls", call["sequence"]))
    return places


def figures(run, payments, broken):
    """The run's table, as (name, value)."""
    seen = run.observer
    copies, answers = by_job(seen.copies), by_job(seen.replies)
    letters = Counter(f"{reply.reason}, money {reply.money}" for reply in seen.replies if reply.reason)
    calls = Counter(f"{call['method']} {call['path']}" for call in seen.calls.values())
    faults = run.stage.sandbox.summary()["requests"]["faults"]
    repeated = sum(max(0, len(found) - len(copies.get(job, ()))) for job, found in answers.items())
    rows = [("seed", run.seed), ("seconds", f"{run.now:.0f}")]
    rows += [("jobs", len(run.keys)), ("their records in the log", len(seen.copies))]
    rows += [(f"jobs of {name}", count) for name, count in Counter(job.split("-")[0] for job in run.keys).items()]
    rows += list(struck(run.struck))
    rows += [(f"gateway fault: {kind}", count) for kind, count in sorted(faults.items())]
    rows += [("workers started", run.fleet.count), ("ended", dict(Counter(f"{how} {code}" for _, how, code in run.fleet.ended)))]
    rows += [("payments", len(payments)), ("refunds", sum(len(payment["refunds"]) for payment in payments))]
    rows += [(promise, f"broken {count} times") for promise, count in Counter(item.promise for item in broken).items()]
    rows += [("made twice", sum(item.promise == promises.ONE_PAYMENT for item in broken)), ("lost", len(run.waiting()))]
    rows += [("of unknown outcome", len(truths.unknown(seen.copies, seen.replies)))]
    rows += [("answers", len(seen.replies)), ("answers repeated by id", repeated)]
    rows += [(f"dead letters: {name}", count) for name, count in sorted(letters.items())] or [("dead letters", 0)]
    rows += [(f"calls: {name}", count) for name, count in sorted(calls.items())]
    rows += list(looks(seen.calls, copies))
    rows += [("snapshots of commits", len(seen.snapshots)), ("snapshots missed", seen.missed)]
    rows += [("errors while reading", seen.trouble)]
    rows += [("metadata that isn't ours", len(seen.foreign))] if seen.foreign else []
    return rows


def struck(faults):
    """Faults that happened, by kind; those at the broker only where a request met them while they lasted."""
    happened = [fault for fault in faults if fault.happened]
    for kind, count in Counter(fault.kind for fault in happened).items():
        yield f"fault: {kind}", count
    yield "faults in all", len(happened)
    ordered = [fault for fault in faults if fault.ordered]
    if ordered:
        answers = sum(fault.ordered.count for fault in ordered)
        yield "faults at the broker that no request met", sum(not fault.happened for fault in ordered)
        yield "answers ordered at the broker", answers
        yield "of these, met by no request in time", answers - sum(fault.met for fault in ordered)


def looks(calls, copies):
    """Look-ups beyond the need: one for a charge with an unclear call or a repeat, and for each by card id; one list
    for a refund."""
    unclear = {call["idempotency_key"] for call in calls.values() if call["idempotency_key"] and call["status"] in UNCLEAR}
    replayed = {call["idempotency_key"] for call in calls.values() if call["idempotency_key"] and call["status"] == 200}
    needed = len(unclear) + len([job for job, found in copies.items() if len({copy.content for copy in found}) > 1])
    needed += sum(job.startswith("bycard-") for job in copies)
    searches = sum(call["path"] == "/v1/payments/search" for call in calls.values())
    lists = sum(call["method"] == "GET" and call["path"].endswith("/refunds") for call in calls.values())
    refunds = sum(job.startswith("refund-") for job in copies)
    yield "keys with an unclear call", len(unclear)
    yield "keys whose payment was repeated", len(replayed)
    yield "searches beyond one for each unclear call", max(0, searches - needed)
    yield "lists of refunds beyond one for each", max(0, lists - refunds)


def table(rows):
    width = max(len(str(name)) for name, _ in rows)
    return "\n".join(f"  {name!s:<{width}}  {value}" for name, value in rows)


def histories(run, payments, broken):
    """What is known of the first few jobs about which a promise was broken."""
    told = {}
    for item in broken:
        told.setdefault(item.job_id, []).append(f"{item.promise}: {item.text}")
    parts = [f"seed {run.seed}: {len(broken)} broken promises of {len(told)} jobs"]
    for job in list(told)[:HISTORIES_MAX]:
        parts += [f"\n{job}", *(f"  {text}" for text in told[job][:5]), *(f"  {line}" for line in history(run, payments, job))]
    return "\n".join(parts)


def history(run, payments, job):
    seen, key = run.observer, idempotency_key(job)
    copies = by_job(seen.copies).get(job, [])
    replies = by_job(seen.replies).get(job, [])
    for copy in copies:
        yield f"record   {copy.topic}/{copy.partition}/{copy.offset} key {copy.key} content {copy.content}"
    for payment in payments:
        if promises.job_of(payment) == job or any(promises.job_of(refund) == job for refund in payment["refunds"]):
            yield f"books    {json.dumps(payment)}"
    calls = [call for call in seen.calls.values() if call["idempotency_key"] == key]
    for call in calls:
        what = f"{call['method']} {call['path']} {call['status']} {call['fault'] or ''} ({call['sequence']})"
        yield f"call     {call['at_ms'] / 1000:.3f} {what}"
    for reply in replies:
        what = reply.type or f"dead letter {reply.reason}, money {reply.money}"
        place, payment = f"{reply.topic}/{reply.partition}/{reply.offset}", reply.data.get("payment_id", "")
        yield f"answer   {reply.seen_at:.3f} {place} {what} {reply.answer_id} {payment}"
    moments = [call["at_ms"] / 1000 for call in calls] + [reply.seen_at for reply in replies]
    for fault in run.struck if moments else []:
        began, ended = run.epoch + fault.began, run.epoch + (fault.ended or run.now)
        if began <= max(moments) + 15 and ended >= min(moments) - 15:
            yield f"fault    {began:.3f} to {ended:.3f} {fault.kind} {fault.what}"
    for line in list(lines_naming(run.stage.folder, job))[:30]:
        yield f"log      {line}"
