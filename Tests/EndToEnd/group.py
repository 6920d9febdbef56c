"""What other programs do to a group's committed offsets."""
import time

from confluent_kafka import Consumer, TopicPartition

from harness import JOBS


class Stranger:
    """A member of the workers' group that isn't a worker, while none runs.

    The embedded broker takes commits of members only, so that this one joins, as no tool would have to.
    """

    def __init__(self, stage, topics=JOBS, group="cobrador"):
        self.consumer = Consumer({
            "bootstrap.servers": stage.bootstrap, "group.id": group, "session.timeout.ms": 3500, "heartbeat.interval.ms": 300,
            "enable.auto.commit": False, "log_level": 2, "partition.assignment.strategy": "range"})
        self.topics = topics

    def __enter__(self):
        self.consumer.subscribe(self.topics)
        deadline = time.monotonic() + 30
        while not self.consumer.assignment():
            assert time.monotonic() < deadline, "the stranger was given no partitions"
            message = self.consumer.poll(0.1)
            assert message is None or message.error() is None or time.monotonic() < deadline
        return self

    def __exit__(self, *_):
        self.consumer.close()

    def commit(self, topic, offsets):
        """Commits `{partition: offset, or (offset, metadata)}`."""
        places = []
        for partition, value in offsets.items():
            offset, metadata = value if isinstance(value, tuple) else (value, None)
            places.append(TopicPartition(topic, partition, offset, metadata) if metadata else TopicPartition(topic, partition, offset))
        for place in self.consumer.commit(offsets=places, asynchronous=False):
            assert place.error is None, place


def committed(stage, topic, group="cobrador"):
    """Offset and metadata by partition, as they are committed."""
    consumer = Consumer({"bootstrap.servers": stage.bootstrap, "group.id": group, "enable.auto.commit": False, "log_level": 2})
    try:
        found = consumer.committed([TopicPartition(topic, number) for number in range(stage.partitions)], timeout=10)
    finally:
        consumer.close()
    return {place.partition: (place.offset, place.metadata or "") for place in found}
