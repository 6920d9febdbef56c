"""What can go wrong in the embedded broker: the one place that knows `cobrador broker --control`'s requests."""
import json
import urllib.error
import urllib.request

# Error codes of Kafka's protocol; the last of each list closes the connection instead.
CLOSE = -195
PRODUCE = [6, 7, 19, 20, CLOSE]
COMMIT = [7, 14, 15, 16, 27, CLOSE]
FENCED = [22, 25, 27]
APIS = ["produce", "offset-commit", "heartbeat", "join-group", "sync-group", "offset-fetch", "find-coordinator"]


class BrokerControl:
    """Orders faults at a broker that was started with `--control`."""

    def __init__(self, url):
        self.url = url

    def errors(self, request, codes):
        """The next requests of a kind fail with these codes and aren't carried out."""
        self.post({"fault": "errors", "request": request, "codes": codes})

    def late(self, request, milliseconds, times):
        """The next requests of a kind are carried out, and answered late."""
        self.post({"fault": "answers", "request": request, "answers": [{"delay_ms": milliseconds}] * times})

    def down(self):
        self.post({"fault": "down"})

    def up(self):
        self.post({"fault": "up"})

    def post(self, body):
        request = urllib.request.Request(
            f"{self.url}/faults", data=json.dumps(body).encode(), method="POST", headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"the broker's control refused {body}: {error.read().decode(errors='replace')}") from None
