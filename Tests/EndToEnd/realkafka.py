"""Topics and groups on a Kafka that isn't ours: made under a name of their own, and deleted afterwards."""
import contextlib
import time
import uuid

from confluent_kafka import KafkaException
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
