"""The reader of commits, against what a client has committed."""
import pytest
from confluent_kafka import Consumer, TopicPartition

from coordinator import Coordinator, Position
from group import Stranger, committed
from harness import CHARGES


def test_positions_and_metadata_are_read_as_they_were_committed(stage):
    client = Consumer({"bootstrap.servers": stage.bootstrap, "group.id": "somebody", "enable.auto.commit": False})
    client.commit(offsets=[TopicPartition(CHARGES, 1, 7, "a text, é"), TopicPartition(CHARGES, 2, 9)], asynchronous=False)
    client.close()
    found = Coordinator(stage.bootstrap, "somebody").committed([(CHARGES, number) for number in range(3)])
    # The client commits its texts with their NUL.
    assert found == [Position(CHARGES, 0, -1, ""), Position(CHARGES, 1, 7, "a text, é\0"), Position(CHARGES, 2, 9, "")]


def test_a_stranger_commits_what_it_is_told_to(stage):
    with Stranger(stage) as stranger:
        stranger.commit(CHARGES, {0: (3, "x;é"), 5: 4})
    assert committed(stage, CHARGES) == {0: (3, "x;é"), 5: (4, ""), **{number: (-1, "") for number in range(1, 5)}}


def test_a_coordinator_that_is_away_is_unavailable(stage):
    coordinator = Coordinator(stage.bootstrap, "somebody", seconds=1)
    assert coordinator.committed([(CHARGES, 0)])
    stage.broker.stop()
    with pytest.raises(OSError):
        coordinator.committed([(CHARGES, 0)])
