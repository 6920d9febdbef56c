"""Jobs as shops send them, with what shops do wrong: repeats, and other content under a known id."""
from collections import deque
from dataclasses import dataclass

from checker import EXPECTED_CHARGE

HOLDERS = {"APRO": 0.66, "OTHE": 0.06, "FUND": 0.06, "SECU": 0.04, "EXPI": 0.03, "CALL": 0.03, "CONT": 0.06}
HELD, CARD, BY_CARD = "held", "card", "bycard"
# Of all jobs: authorisations to be captured, registrations, and charges by card id; of the payments made: refunds of a
# part.
SHARES = {**HOLDERS, HELD: 0.03, CARD: 0.03, BY_CARD: 0.08}
REFUNDED, CANCELLED, CAPTURED = 0.08, 0.6, 0.8
# Of the charges: of the few customers who buy all the time, sent again, sent again with another amount.
HOT, REPEATED, CONTRADICTED = 0.15, 0.03, 0.006
HOT_TOKENS, BATCH = 200, 100


@dataclass(frozen=True)
class Order:
    """One record to send; `partition` is none where the key decides."""

    kind: str
    key: str
    value: dict
    partition: int | None = None


class Workload:
    """Hands out the jobs of a run; `chance` decides, and what was answered meanwhile."""

    def __init__(self, sandbox, chance, count, partitions):
        self.sandbox, self.chance, self.count, self.partitions = sandbox, chance, count, partitions
        self.pools = {name: deque() for name in (*SHARES, "hot")}
        self.people, self.ids, self.expected = [], 0, {}
        self.repeats, self.follow_ups = deque(), deque()

    @property
    def is_over(self):
        return self.ids >= self.count and not self.repeats

    def next(self):
        """The next record, or none where there is nothing to do but wait for answers."""
        if self.repeats and self.repeats[0][0] <= self.ids:
            return self.repeats.popleft()[1]
        if self.ids >= self.count:
            return self.repeats.popleft()[1] if self.repeats else None
        self.ids += 1
        if self.follow_ups and self.chance.random() < 0.5:
            return self.operation(*self.follow_ups.popleft())
        name = self.chance.choices(list(SHARES), SHARES.values())[0]
        return self.registration() if name == CARD else self.charge(name)

    def charge(self, name):
        hot = name == "APRO" and self.chance.random() < HOT
        customer, token = self.take("hot" if hot else name)
        # A charge by card id makes a token of its own; what stands in its pool is the card.
        job, means = (f"bycard-{self.ids}", "card_id") if name == BY_CARD else (f"charge-{self.ids}", "token")
        amount = f"{self.chance.randrange(500, 500000) / 100:.2f}"
        value = {"job_id": job, "customer_id": customer, means: token, "transaction_amount": amount}
        expected = "charge.approved" if name == BY_CARD else EXPECTED_CHARGE.get(name, "charge.authorized")
        if name == HELD:
            value["capture"] = False
        order = Order("charge-saved-card", customer, value)
        self.expect(job, expected)
        if name not in (HELD, "CONT"):
            self.perhaps_again(order)
        return order

    def expect(self, job, kind):
        # A payment that waits may have been captured or cancelled before its event is repeated.
        later = {"charge.authorized": {"charge.approved", "charge.rejected"}, "charge.pending": {"charge.rejected"}}
        self.expected[job] = {kind, *later.get(kind, ())}

    def perhaps_again(self, order):
        number = self.chance.random()
        if number < CONTRADICTED:
            other = f"{self.chance.randrange(500, 500000) / 100:.2f}"
            if other != order.value["transaction_amount"]:
                self.again(order, {**order.value, "transaction_amount": other})
        elif number < CONTRADICTED + REPEATED:
            self.again(order, order.value)

    def again(self, order, value):
        """At once or later; under the key's partition or another."""
        partition = self.chance.choice([None, None, self.chance.randrange(self.partitions)])
        due = self.ids + self.chance.choice([0, 0, 5, 200])
        self.repeats.append((due, Order(order.kind, order.key, value, partition)))
        self.repeats = deque(sorted(self.repeats, key=lambda item: item[0]))

    def registration(self):
        job = f"card-{self.ids}"
        value = {"job_id": job, "token": self.take(CARD)}
        if self.people and self.chance.random() < 0.5:
            key = value["customer_id"] = self.chance.choice(self.people)
        else:
            key = f"test_payer_{self.ids}@testuser.com"
            value["customer"] = {"email": key, "first_name": "Test"}
        self.expected[job] = {"card.registered"}
        return Order("register-card", key, value)

    def learn(self, reply, key):
        """Takes an answer's payment for a later job."""
        if reply.type == "charge.approved" and self.chance.random() < REFUNDED:
            self.follow_ups.append(("refund", reply.data["payment_id"], key))
        elif reply.type == "charge.pending" and self.chance.random() < CANCELLED:
            self.follow_ups.append(("cancel", reply.data["payment_id"], key))
        elif reply.type == "charge.authorized" and self.chance.random() < CAPTURED:
            self.follow_ups.append(("capture", reply.data["payment_id"], key))

    def operation(self, what, payment, key):
        job = f"{what}-{self.ids}"
        value = {"job_id": job, "payment_id": payment}
        if what == "refund":
            # Less than the least charge, twice over: what is given back is always there.
            value["amount"] = f"{self.chance.randrange(1, 200) / 100:.2f}"
        answers = {"refund": "payment.partially-refunded", "cancel": "payment.cancelled", "capture": "payment.captured"}
        self.expected[job] = {answers[what]}
        order = Order(f"{what}-payment", key, value)
        if what == "refund" and self.chance.random() < REPEATED:
            self.again(order, value)
        return order

    def take(self, name):
        if not self.pools[name]:
            self.fill(name)
        return self.pools[name].popleft()

    def fill(self, name):
        """Customers with one token, with five, and with many; the quick way, past the API."""
        if name == CARD:
            self.pools[name].extend(self.sandbox.tokens(BATCH))
            return
        holder = "APRO" if name in (HELD, BY_CARD, "hot") else name
        sizes = [(3, HOT_TOKENS)] if name == "hot" else [(BATCH // 4, 1), (BATCH * 3 // 20, 5)]
        found = []
        for customers, count in sizes:
            for customer in self.sandbox.seed(customers, holder, tokens=0 if name == BY_CARD else count):
                means = [customer["card_id"]] * count if name == BY_CARD else customer["tokens"]
                found += [(customer["customer_id"], one) for one in means]
        self.chance.shuffle(found)
        self.pools[name].extend(found)
        self.people = (self.people + [customer for customer, _ in found])[-500:]
