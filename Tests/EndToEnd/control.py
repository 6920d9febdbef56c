"""What can go wrong in the embedded broker: the one place that knows `cobrador broker --control`'s requests."""
import json
import urllib.error
import urllib.request

# Error codes by Kafka's own names; TRANSPORT closes the connection instead. None of these requests is carried out.
PRODUCE = ["NOT_LEADER_OR_FOLLOWER", "REQUEST_TIMED_OUT", "NOT_ENOUGH_REPLICAS", "NOT_ENOUGH_REPLICAS_AFTER_APPEND", "TRANSPORT"]
FENCED = ["ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS"]
COORDINATION = ["REQUEST_TIMED_OUT", "COORDINATOR_LOAD_IN_PROGRESS", "COORDINATOR_NOT_AVAILABLE", "NOT_COORDINATOR"]
# What a storm of a kind lets fail, and how.
ERRORS = {
    "produce-errors": [("produce", PRODUCE)],
    "commit-errors": [("offset-commit", [*COORDINATION, *FENCED, "TRANSPORT"])],
    "group-errors": [
        ("heartbeat", FENCED), ("heartbeat", COORDINATION), ("join-group", COORDINATION), ("sync-group", COORDINATION),
        ("offset-fetch", COORDINATION), ("find-coordinator", COORDINATION[1:3])],
}
LATE = ["produce", "offset-commit", "heartbeat"]


class BrokerControl:
    """Orders faults at a broker that was started with `--control`."""

    def __init__(self, url):
        self.url = url

    def errors(self, request, codes):
        """The next requests of a kind fail with these codes."""
        self.call("POST", [{"request": request, "error": code} for code in codes])

    def late(self, request, milliseconds, count):
        """The next requests of a kind are carried out, and answered late; never, without a time."""
        self.call("POST", {"request": request, "count": count, **({"delay_ms": milliseconds} if milliseconds else {"lost": True})})

    def down(self):
        self.call("POST", {"broker": "down"})

    def up(self):
        self.call("POST", {"broker": "up"})

    def clear(self):
        self.call("DELETE")

    def call(self, method, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}/faults", data=data, method=method, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"the broker's control refused {body}: {error.read().decode(errors='replace')}") from None
