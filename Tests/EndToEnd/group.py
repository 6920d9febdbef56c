"""What other programs do to a group's committed offsets."""
import struct

from coordinator import Coordinator, refuse, text
from harness import JOBS

OFFSET_COMMIT, JOIN, LEAVE, SYNC = 8, 11, 13, 14
# Consumers' own protocol, so that a worker can join the same group.
PROTOCOL, ASSIGNOR = "consumer", "range"


class Stranger(Coordinator):
    """A member of the workers' group that isn't a worker, while none runs.

    A tool would need no membership, but the embedded broker takes commits of members only; and it speaks the protocol
    itself, because Confluent's client adds a NUL to the metadata that it commits.
    """

    def __init__(self, stage, group="cobrador"):
        super().__init__(stage.bootstrap, group, seconds=30)

    def __enter__(self):
        self.find()
        subscription = struct.pack(">hi", 0, len(JOBS)) + b"".join(text(topic) for topic in JOBS) + struct.pack(">i", 0)
        # As a worker says: the embedded broker answers no later member's join after one of other times.
        timeouts = struct.pack(">ii", 3500, 300_000)
        protocols = struct.pack(">i", 1) + text(ASSIGNOR) + struct.pack(">i", len(subscription)) + subscription
        answer = self.call(JOIN, 2, text(self.group) + timeouts + text("") + text(PROTOCOL) + protocols)
        answer.number("i")
        refuse(answer.number("h"))
        self.generation = answer.number("i")
        answer.text(), answer.text()
        self.member = answer.text()
        self.membership = text(self.group) + struct.pack(">i", self.generation) + text(self.member)
        # The only member leads, and gives itself nothing.
        nothing = struct.pack(">hii", 0, 0, 0)
        answer = self.call(SYNC, 1, self.membership + struct.pack(">i", 1) + text(self.member) + struct.pack(">i", len(nothing)) + nothing)
        answer.number("i")
        refuse(answer.number("h"))
        return self

    def __exit__(self, *_):
        answer = self.call(LEAVE, 1, text(self.group) + text(self.member))
        self.close()
        answer.number("i")
        refuse(answer.number("h"))

    def commit(self, topic, offsets):
        """Commits `{partition: offset, or (offset, metadata)}`."""
        body = self.membership + struct.pack(">qi", -1, 1) + text(topic) + struct.pack(">i", len(offsets))
        for partition, value in offsets.items():
            offset, metadata = value if isinstance(value, tuple) else (value, "")
            body += struct.pack(">iq", partition, offset) + text(metadata)
        answer = self.call(OFFSET_COMMIT, 2, body)
        answer.number("i")
        answer.text()
        for _ in range(answer.number("i")):
            answer.number("i")
            refuse(answer.number("h"))


def committed(stage, topic, group="cobrador"):
    """Offset and metadata by partition, as they are committed."""
    coordinator = Coordinator(stage.bootstrap, group, seconds=10)
    try:
        found = coordinator.committed([(topic, number) for number in range(stage.partitions)])
    finally:
        coordinator.close()
    return {place.partition: (place.offset, place.metadata) for place in found}
