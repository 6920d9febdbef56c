"""The gateway's whole list of faults, as families that come and go, over a background of a little of everything."""

# A method and a path; no path means any.
CHARGES, WRITES, UPDATES, READS = ("POST", "/v1/payments"), ("POST", None), ("PUT", None), ("GET", None)
REFUNDS, SAVED = ("POST", "/v1/payments/{id}/refunds"), ("POST", "/v1/customers/{id}/cards")
CUSTOMERS, TOKENS = ("POST", "/v1/customers"), ("POST", "/v1/card_tokens")

# What follows "after" was carried out, and its answer is lost.
LOST = [
    ("reset-after", {}), ("5xx-after", {}), ("5xx-after", {"status": 502}), ("5xx-after", {"status": 504}),
    ("hang-after", {"milliseconds": 60000}), ("truncated-after", {}), ("html-after", {}), ("empty-after", {}),
    ("424-after", {}), ("status-after", {"status": 408}),
]
REFUSED = [
    ("reset-before", {}), ("5xx-before", {}), ("5xx-before", {"status": 503}), ("hang", {"milliseconds": 60000}),
    ("truncated-before", {}), ("html-before", {}), ("empty-before", {}),
]
BUSY = [("423", {}), ("424", {})]
SLOW = [("latency", {"milliseconds": 400}), ("slow", {"milliseconds": 400}), ("drip", {"milliseconds": 400, "pieces": 6})]
UNAUTHORIZED = [("status", {"status": 401, "body": {"code": "unauthorized", "message": "invalid access token"}})]

# What a storm of a family arms, and how likely each of its faults then is at each call.
STORMS = {
    "lost-answers": [(LOST, [WRITES, UPDATES], 0.03)],
    "refusing": [(REFUSED, [WRITES, UPDATES, READS], 0.04)],
    "busy": [(BUSY, [WRITES, UPDATES], 0.2)],
    "throttling": [([("429", {"retry_after": 1})], [WRITES, UPDATES, READS], 0.04)],
    "slow": [(SLOW, [WRITES, UPDATES, READS], 0.15)],
    "unauthorized": [(UNAUTHORIZED, [WRITES, UPDATES, READS], 1)],
}
# A little of everything, all the time.
ALWAYS = [
    (LOST, [CHARGES], 0.002), (REFUSED[:4], [CHARGES], 0.001), (BUSY, [CHARGES], 0.001), (SLOW, [CHARGES], 0.003),
    ([("reset-after", {}), ("5xx-after", {})], [REFUNDS, UPDATES, SAVED, CUSTOMERS, TOKENS], 0.03),
]
# A key conflict that nothing explains costs a job its answer, so a storm of them has few.
CONFLICTS = 3


def kinds():
    """Every kind of fault that a run may arm."""
    return {kind for parts in [*STORMS.values(), ALWAYS] for faults, _, _ in parts for kind, _ in faults} | {"409"}


class Weather:
    """Arms what is on at the sandbox, anew whenever that changes."""

    def __init__(self, sandbox, seed):
        self.sandbox, self.seed, self.on = sandbox, seed, []

    def begin(self, family):
        self.on.append(family)
        self.rearm()

    def end(self, family):
        self.on.remove(family)
        self.rearm()

    def rearm(self):
        self.sandbox.disarm()
        if "conflicts" in self.on:
            self.arm("409", CHARGES, times=CONFLICTS)
        for kinds, calls, probability in [*(part for family in self.on for part in STORMS.get(family, [])), *ALWAYS]:
            for kind, parameters in kinds:
                for call in calls:
                    self.arm(kind, call, probability=probability, **parameters)

    def arm(self, kind, call, **parameters):
        self.seed += 1
        match = {name: value for name, value in zip(["method", "path"], call) if value}
        self.sandbox.call("POST", "/_sandbox/faults", {"kind": kind, "match": match, "seed": self.seed, **parameters})

    def clear(self):
        self.on = []
        self.sandbox.disarm()
