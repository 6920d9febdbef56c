"""A mix of jobs as a shop would send them."""
import random

from checker import EXPECTED_CHARGE, Job
from harness import CARDS, CHARGES

SHARES = {"APRO": 0.6, "OTHE": 0.08, "FUND": 0.08, "SECU": 0.06, "EXPI": 0.04, "CALL": 0.04, "CONT": 0.1}


def charges(stage, count, chance, prefix="charge"):
    """Charges spread over customers with several jobs each; (job, topic, value) in a shuffled order."""
    prepared = []
    for holder, share in SHARES.items():
        wanted = max(1, round(count * share))
        for customer in stage.sandbox.seed(max(1, wanted // 5), holder, tokens=6):
            for token in customer["tokens"]:
                if wanted == 0:
                    break
                wanted -= 1
                prepared.append((holder, customer["customer_id"], token))
    chance.shuffle(prepared)
    sent = []
    for number, (holder, customer, token) in enumerate(prepared):
        amount = f"{chance.randrange(100, 500000) / 100:.2f}"
        job = Job(f"{prefix}-{number}", "charge-saved-card", customer, EXPECTED_CHARGE[holder], amount)
        value = {"job_id": job.id, "customer_id": customer, "token": token, "transaction_amount": amount}
        sent.append((job, CHARGES, value))
    return sent


def registrations(stage, count, chance, prefix="card"):
    """Half for customers whom the gateway knows, half for people whom it doesn't."""
    known = stage.sandbox.seed(max(1, count // 4), "APRO", tokens=0)
    sent = []
    for number, token in enumerate(stage.sandbox.tokens(count)):
        value = {"job_id": f"{prefix}-{number}", "token": token}
        if number % 2:
            key = value["customer_id"] = chance.choice(known)["customer_id"]
        else:
            key = f"test_payer_{number}@testuser.com"
            value["customer"] = {"email": key, "first_name": "Test"}
        sent.append((Job(value["job_id"], "register-card", key, "card.registered"), CARDS, value))
    return sent


def mixed(stage, charge_count, card_count, seed=20261123):
    chance = random.Random(seed)
    everything = charges(stage, charge_count, chance) + registrations(stage, card_count, chance)
    chance.shuffle(everything)
    return everything


def send(stage, prepared):
    for job, topic, value in prepared:
        stage.send(topic, job.key, value)
    stage.flush()
    return [job for job, _, _ in prepared]
