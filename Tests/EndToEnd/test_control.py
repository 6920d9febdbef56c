"""Which of the answers that were ordered at the broker requests have met."""
import pytest

from conductor import Struck
from control import BrokerControl, Ordered
from summary import struck


class Broker(BrokerControl):
    """Takes orders, and says what is left of them."""

    def __init__(self):
        super().__init__("nowhere")
        self.pending = {}

    def call(self, method, body=None):
        return {"pending": self.pending}


@pytest.mark.parametrize("pending, met", [(7, [0, 0]), (5, [2, 0]), (4, [3, 0]), (1, [3, 3]), (0, [3, 4])])
def test_what_was_ordered_first_is_met_first(pending, met):
    broker = Broker()
    ordered = [broker.errors("produce", ["TRANSPORT"] * 3), broker.late("produce", 500, 4)]
    broker.pending = {"produce": pending, "heartbeat": 9}
    assert [broker.met(one) for one in ordered] == met


def test_other_requests_have_orders_of_their_own():
    broker = Broker()
    broker.errors("heartbeat", ["TRANSPORT"] * 3)
    assert broker.errors("produce", ["TRANSPORT"]) == Ordered("produce", 0, 1)


def test_a_fault_at_the_broker_counts_only_where_it_was_met():
    faults = [
        Struck("kill", 0.0), Struck("produce-errors", 0.0, ordered=Ordered("produce", 0, 3), met=2),
        Struck("group-errors", 0.0, ordered=Ordered("join-group", 0, 4)), Struck("broker-down", 0.0)]
    rows = dict(struck(faults))
    assert {name for name in rows if name.startswith("fault: ")} == {"fault: kill", "fault: produce-errors", "fault: broker-down"}
    assert rows["faults in all"] == 3
    assert rows["faults at the broker that no request met"] == 1
    assert (rows["answers ordered at the broker"], rows["of these, met by no request in time"]) == (7, 5)
