"""What can go wrong in the embedded broker: the one place that knows `cobrador broker --control`'s requests."""
import json
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass

# Error codes by Kafka's own names; TRANSPORT closes the connection instead. None of these requests is carried out.
PRODUCE = [
    "NOT_LEADER_OR_FOLLOWER", "REQUEST_TIMED_OUT", "NOT_ENOUGH_REPLICAS", "NOT_ENOUGH_REPLICAS_AFTER_APPEND", "TRANSPORT"]
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


@dataclass(frozen=True)
class Ordered:
    """Answers ordered for a kind of request: `count` of them, after `before` others of this kind."""

    request: str
    before: int
    count: int

    def met(self, met):
        """How many of them requests have met, where `met` of all of their kind were: first come, first served."""
        return min(max(met - self.before, 0), self.count)


class BrokerControl:
    """Orders faults at a broker that was started with `--control`."""

    def __init__(self, url):
        self.url, self.ordered = url, Counter()

    def errors(self, request, codes):
        """The next requests of a kind fail with these codes."""
        self.call("POST", [{"request": request, "error": code} for code in codes])
        return self.count(request, len(codes))

    def late(self, request, milliseconds, count):
        """The next requests of a kind are carried out, and answered late; never, without a time."""
        how = {"delay_ms": milliseconds} if milliseconds else {"lost": True}
        self.call("POST", {"request": request, "count": count, **how})
        return self.count(request, count)

    def count(self, request, count):
        self.ordered[request] += count
        return Ordered(request, self.ordered[request] - count, count)

    def met(self, ordered):
        """How many of the ordered answers requests have met by now."""
        pending = self.call("GET")["pending"].get(ordered.request, 0)
        return ordered.met(self.ordered[ordered.request] - pending)

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
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"the broker's control refused {body}: {error.read().decode(errors='replace')}") from None
