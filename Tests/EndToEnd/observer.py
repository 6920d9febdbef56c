"""Follows the logs, the group's commits and the gateway's calls while a run goes on."""
import json
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

import offsets
from coordinator import Coordinator
from harness import headers
from promises import Copy, Reply, Snapshot

# Calls that were read before they were answered are read again.
OVERLAP = 400
# A log from which something was missed.
LOST_PLACES = (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE)


class Observer:
    """What every promise is checked against, as it was seen from outside."""

    def __init__(self, stage, names, group):
        self.names, self.group, self.sandbox = names, group, stage.sandbox
        common = {"bootstrap.servers": stage.bootstrap, "enable.auto.commit": False, "log_level": 2, "socket.timeout.ms": 4000}
        self.logs = Consumer({
            **common, "group.id": f"{group}-observer", "isolation.level": "read_committed", "fetch.wait.max.ms": 20,
            "auto.offset.reset": "error"})
        self.jobs = [TopicPartition(topic, number) for topic in names.inbound.values() for number in range(stage.partitions)]
        self.outbound = [
            TopicPartition(topic, number) for topic in names.outbound for number in range(stage.partitions)]
        self.logs.assign([TopicPartition(place.topic, place.partition, 0) for place in self.jobs + self.outbound])
        # What is written and not marked as committed yet is durable: a transaction's markers reach the offsets and
        # the answers one after the other.
        self.ends = Consumer({**common, "group.id": f"{group}-observer", "isolation.level": "read_uncommitted"})
        self.commits = Coordinator(stage.bootstrap, group)
        self.copies, self.replies, self.snapshots, self.calls = [], [], [], {}
        self.answered, self.trouble, self.missed, self.foreign = set(), 0, 0, set()
        self.next_call = 0

    def read(self, seconds=0.05):
        """Reads on in all logs; returns the answers that are new."""
        new = []
        for message in self.logs.consume(5000, timeout=seconds):
            if message.error():
                assert message.error().code() not in LOST_PLACES, message.error()
                self.trouble += 1
            elif message.topic() in self.names.kinds:
                self.copies.append(self.copy(message))
            else:
                new.append(reply(message))
        self.replies += new
        self.answered |= {answer.job_id for answer in new}
        return new

    def copy(self, message):
        value = json.loads(message.value())
        content = str(value.get("transaction_amount") or value.get("amount") or "")
        return Copy(
            value["job_id"], self.names.kinds[message.topic()], message.key().decode(), message.topic(), message.partition(),
            message.offset(), content)

    def look(self):
        """Notes what is committed, and where the answers' logs end right after it."""
        try:
            committed = self.commits.committed([(place.topic, place.partition) for place in self.jobs])
            # One log at a time: the embedded broker doesn't answer for several.
            ends = {(log.topic, log.partition): self.ends.get_watermark_offsets(log, timeout=3)[1] for log in self.outbound}
        except (KafkaException, OSError):
            self.missed += 1
            return
        positions, done = {}, {}
        for place in committed:
            if place.offset >= 0:
                positions[place.topic, place.partition] = place.offset
                done[place.topic, place.partition] = self.decoded(place)
        self.snapshots.append(Snapshot(time.time(), positions, done, ends))

    def decoded(self, place):
        if not place.metadata:
            return ()
        try:
            found = offsets.decode(place.metadata)
        except ValueError as error:
            self.foreign.add(f"{place.topic}/{place.partition}: {error}")
            return ()
        assert (found.topic, found.partition, found.base) == (place.topic, place.partition, place.offset), place
        return found.done

    def count_calls(self):
        """Reads the gateway's log of calls on, before its ring overwrites them."""
        start = max(0, self.next_call - OVERLAP)
        found = self.sandbox.call("GET", f"/_sandbox/requests?from={start}&limit=20000")["requests"]
        self.calls.update((call["sequence"], call) for call in found)
        self.next_call = max([self.next_call, *(call["sequence"] + 1 for call in found)])

    def close(self):
        self.logs.close()
        self.ends.close()
        self.commits.close()


def reply(message):
    head = headers(message)
    place = {"topic": message.topic(), "partition": message.partition(), "offset": message.offset(), "seen_at": time.time()}
    if "cobrador-dl-reason" in head:
        origin = tuple(head[f"cobrador-dl-original-{part}"] for part in ("topic", "partition", "offset"))
        told = {"reason": head["cobrador-dl-reason"], "money": head["cobrador-dl-money"]}
        return Reply(head.get("cobrador-dl-job-id", ""), origin=origin, **told, **place)
    return Reply(head["ce_subject"], type=head["ce_type"], answer_id=head["ce_id"], data=json.loads(message.value()), **place)
