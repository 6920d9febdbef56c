"""Topics and groups on a Kafka that isn't ours: made under a name of their own, and deleted afterwards."""
import contextlib
import time
import uuid

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from names import Names


@contextlib.contextmanager
def topics(bootstrap, partitions):
    """The names of a run, and a group, which are gone when the block ends."""
    unique = uuid.uuid4().hex[:12]
    names, group = Names(f"cobrador-test-{unique}."), f"cobrador-test-{unique}"
    admin = AdminClient({"bootstrap.servers": bootstrap})
    wanted = [*names.inbound.values(), *names.outbound]
    # No more copies than there are brokers.
    copies = min(3, len(admin.list_topics(timeout=30).brokers))
    made = admin.create_topics([NewTopic(topic, partitions, copies) for topic in wanted], request_timeout=60)
    try:
        for future in made.values():
            future.result(60)
        until_known(admin, wanted, partitions)
        yield names, group
    finally:
        for future in admin.delete_topics(wanted, request_timeout=60).values():
            with contextlib.suppress(KafkaException):
                future.result(60)
        # A member that was killed stays in the group until its session is over.
        deadline = time.monotonic() + 60
        for name in (group, f"{group}-observer"):
            while not deleted(admin, name) and time.monotonic() < deadline:
                time.sleep(1)


def until_known(admin, wanted, partitions):
    deadline = time.monotonic() + 60
    while True:
        known = admin.list_topics(timeout=30).topics
        if all(topic in known and len(known[topic].partitions) == partitions for topic in wanted):
            return
        assert time.monotonic() < deadline, "the topics don't appear"
        time.sleep(0.2)


def deleted(admin, group):
    try:
        admin.delete_consumer_groups([group], request_timeout=30)[group].result(30)
    except KafkaException as error:
        return "NOT_FOUND" in error.args[0].name()
    return True


def hidden(bootstrap, names, partitions, seen):
    """How many answers stand in the logs that a `read_committed` reader doesn't see: those of aborted transactions.

    The ends of logs count the markers of transactions too, so that the records are read, and counted.
    """
    reader = Consumer({
        "bootstrap.servers": bootstrap, "group.id": "nobody", "isolation.level": "read_uncommitted",
        "enable.auto.commit": False, "enable.partition.eof": True, "log_level": 2})
    places = [TopicPartition(topic, number, 0) for topic in names.outbound for number in range(partitions)]
    reader.assign(places)
    count, ended = 0, set()
    deadline = time.monotonic() + 60
    while len(ended) < len(places) and time.monotonic() < deadline:
        for message in reader.consume(5000, timeout=1):
            if message.error():
                ended.add((message.topic(), message.partition()))
            else:
                count += 1
    reader.close()
    assert len(ended) == len(places), "the logs could not be read to their ends"
    return count - seen
