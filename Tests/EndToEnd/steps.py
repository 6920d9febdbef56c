"""Steps that scripts of one situation each are made of."""
import json
import re
import time
import urllib.error
import urllib.request
from collections import Counter

from harness import CHARGES

SETTINGS = {
    "GATEWAY_CALL_TIMEOUT": "3s", "GATEWAY_READ_TIMEOUT": "3s", "GATEWAY_INDEX_LAG": "1s", "RETRY_ATTEMPTS": "20",
    "WORKER_DRAIN_DEADLINE": "20s", "LOG_LEVEL": "info"}
# The takeover delay consists of these, and settled looks take as long as the index lags.
SHORT = {"GATEWAY_CALL_TIMEOUT": "1s", "GATEWAY_READ_TIMEOUT": "1s", "GATEWAY_INDEX_LAG": "300ms"}


def worker(stage, **settings):
    started = stage.worker(**{**SETTINGS, **settings})
    started.until("assigned", 60)
    return started


def first_worker(stage, **settings):
    """Says of the group that nothing was attempted, so that its backlog costs no look-ups."""
    return worker(stage, WORKER_NEW_GROUP="true", **settings)


def charge(job, customer, amount):
    """The value of a charge by the one token of a seeded customer."""
    return {
        "job_id": job, "customer_id": customer["customer_id"], "token": customer["token"], "transaction_amount": amount}


def charges(stage, count, prefix="job", partition=None, amount="10.00"):
    """Sends charges, each of a customer of its own, and returns their values by job id."""
    sent = {}
    for number, customer in enumerate(stage.sandbox.seed(count, "APRO", tokens=1)):
        value = charge(f"{prefix}-{number}", customer, amount)
        place = number % stage.partitions if partition == "each" else partition
        stage.send(CHARGES, customer["customer_id"], value, partition=place)
        sent[value["job_id"]] = value
    stage.flush()
    return sent


def calls(stage, method=None, path=None, key=None, after=-1):
    found = stage.sandbox.requests()
    wanted = {"method": method, "path": path, "idempotency_key": key}
    return [
        call for call in found
        if call["sequence"] > after and all(value in (None, call[name]) for name, value in wanted.items())]


def last_call(stage):
    return max((call["sequence"] for call in calls(stage)), default=-1)


def until(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def let_pass(seconds):
    """Lets time pass where that is what a script is about; to wait for something, there is `until`."""
    time.sleep(seconds)


def paid(stage, account=0):
    """How many payments each job has."""
    return Counter(payment["metadata"]["cobrador_job_id"] for payment in stage.sandbox.payments(account))


def answers(reader):
    found = {}
    for answer in reader.answers:
        found.setdefault(answer.job_id, []).append(answer)
    return found


def said(worker, *words):
    """The lines of a worker's log with all of some words in them; the first one, with its settings, is left out."""
    found = []
    for text in worker.text().splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            # It is being written, or isn't a line of the log.
            continue
        if line["message"] != "starting" and all(word in text.lower() for word in words):
            found.append(line)
    return found


def assignments(worker):
    """How many partitions a worker was given each time that the group was shared out anew."""
    return [int(number) for number in re.findall(r'"assigned".*?"kafka\.partitions":"?(\d+)', worker.text())]


def readiness(worker):
    """Status and body of a worker's `GET /health/ready`; it needs `OPERATIONS_LISTEN`."""
    address = worker.until(r'probes are answered.*?"address":"([^"]+)"').group(1)
    try:
        with urllib.request.urlopen(f"http://{address}/health/ready", timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)
