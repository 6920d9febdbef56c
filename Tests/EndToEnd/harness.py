"""Runs the built binary as separate processes, and talks to it with foreign clients.

Everything listens on loopback, on ports that the system chooses, and ends with the test.
"""
import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition

from checker import Answer

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("COBRADOR_BINARY", ROOT / ".build" / "debug" / "cobrador"))
CHARGES, CARDS = "cobrador.jobs.charge-saved-card", "cobrador.jobs.register-card"
REFUNDS, CANCELS, CAPTURES = (f"cobrador.jobs.{kind}-payment" for kind in ("refund", "cancel", "capture"))
JOBS = [CHARGES, CARDS, REFUNDS, CANCELS, CAPTURES]
CHARGE_EVENTS, CARD_EVENTS = "cobrador.events.charges", "cobrador.events.cards"
DEAD_LETTERS = ".dead-letters"
TOKEN = "TEST-sandbox-access-token"


class Process:
    """A command of the binary. Its output is kept, and shown when something goes wrong."""

    def __init__(self, folder, name, *arguments, environment=None):
        self.name, self.log = name, Path(folder) / f"{name}.log"
        self.output = open(self.log, "wb")
        clean = {key: value for key, value in os.environ.items() if not key.startswith("COBRADOR_")}
        self.process = subprocess.Popen(
            [str(BINARY), *arguments], stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT,
            env={**clean, **(environment or {})},
        )

    def text(self):
        return self.log.read_text(errors="replace")

    def until(self, pattern, seconds=60):
        """The first match of `pattern` in the output."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            match = re.search(pattern, self.text(), re.MULTILINE)
            if match:
                return match
            if self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.process.returncode}:\n{self.text()}")
            time.sleep(0.02)
        raise AssertionError(f"{self.name} did not say {pattern!r} within {seconds} s:\n{self.text()}")

    def send_signal(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM, seconds=90):
        """Ends the process and returns its exit code."""
        self.send_signal(number)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.name} did not end within {seconds} s:\n{self.text()[-4000:]}")
        finally:
            self.output.close()


class Sandbox:
    """The gateway sandbox, read and armed over its control endpoints."""

    def __init__(self, process):
        self.url = process.until(r"http://127\.0\.0\.1:\d+").group(0)

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.url + path, data=data, method=method, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def seed(self, customers, holder, tokens, account=0):
        """Customers of one seller; `account` is its number in the order of the sandbox's `--seller`."""
        body = {"customers": customers, "holder": holder, "tokens": tokens}
        return self.call("POST", f"/_sandbox/seed?account={account}", body)["customers"]

    def tokens(self, count, holder="APRO"):
        return self.call("POST", "/_sandbox/card-tokens", {"count": count, "holder": holder})["tokens"]

    def limit(self, calls_per_second, **how):
        """From now on the gateway takes no more, and told nobody."""
        self.call("POST", "/_sandbox/rate-limit", {"calls_per_second": calls_per_second, **how})

    def latency(self, milliseconds):
        """Every call takes so much longer than `--latency`."""
        self.call("POST", "/_sandbox/latency", {"ms": milliseconds})

    def change_token(self, account, token):
        self.call("POST", "/_sandbox/access-token", {"account": account, "token": token})

    def requests(self, start=0):
        """The log of arrivals from a number on."""
        return self.call("GET", f"/_sandbox/requests?from={start}&limit=50000")["requests"]

    def arm(self, kind, path="/v1/payments", method="POST", **parameters):
        self.call("POST", "/_sandbox/faults", {"kind": kind, "match": {"method": method, "path": path}, **parameters})

    def disarm(self):
        self.call("DELETE", "/_sandbox/faults")

    def payments(self, account=0):
        """A seller's ledger, a page at a time; nobody may charge meanwhile."""
        ledger = []
        while True:
            place = f"account={account}&offset={len(ledger)}&limit=20000"
            found = self.call("GET", f"/_sandbox/payments?{place}")
            assert found["evicted"] == 0, "the ledger is no longer whole"
            ledger += found["payments"]
            if len(ledger) >= found["total"]:
                return ledger

    def cards(self, customers):
        """The saved cards of customers, as the API lists them."""
        found = {}
        for customer in set(customers):
            request = urllib.request.Request(
                f"{self.url}/v1/customers/{customer}/cards", headers={"Authorization": f"Bearer {TOKEN}"})
            with urllib.request.urlopen(request, timeout=30) as answer:
                found[customer] = json.load(answer)
        return found

    def summary(self):
        return self.call("GET", "/_sandbox/summary")


class Stage:
    """A broker, a sandbox, and as many workers as a test starts."""

    def __init__(self, folder, partitions=6, sandbox=(), broker=(), bootstrap=None):
        self.folder, self.partitions, self.processes, self.workers = folder, partitions, [], 0
        self.broker = None
        self.bootstrap = bootstrap or self.start_broker(broker)
        self.sandbox = Sandbox(self.start("sandbox", "--port", "0", *sandbox))
        self.producer = Producer({"bootstrap.servers": self.bootstrap, "linger.ms": 5, "partitioner": "murmur2_random", "log_level": 2})

    def start_broker(self, options):
        topics = [*JOBS, CHARGE_EVENTS, CARD_EVENTS, *(topic + DEAD_LETTERS for topic in JOBS)]
        arguments = [part for topic in topics for part in ("--topic", f"{topic}:{self.partitions}")]
        self.broker = self.start("broker", *arguments, *options)
        return self.broker.until(r"127\.0\.0\.1:\d+").group(0)

    def start(self, command, *arguments, environment=None, name=None):
        process = Process(self.folder, name or command, command, *arguments, environment=environment)
        self.processes.append(process)
        return process

    def worker(self, **settings):
        """Starts `cobrador run`; settings are names of the environment without their prefix, `None` for one that isn't
        given."""
        self.workers += 1
        defaults = {
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap,
            # The embedded broker makes every join wait for the session timeout less a second.
            "KAFKA_CONSUMER_SESSION_TIMEOUT": "3500ms",
            "KAFKA_CONSUMER_HEARTBEAT_INTERVAL": "300ms",
            "KAFKA_CONSUMER_FETCH_WAIT_MAX": "10ms",
            "GATEWAY_BASE_URL": self.sandbox.url,
            "GATEWAY_ACCESS_TOKEN": TOKEN,
            "RETRY_PAUSE_BASE": "50ms",
            "RETRY_PAUSE_MAX": "500ms",
            "GATEWAY_INDEX_LAG": "500ms",
            # Only the first worker can know that nobody was before it.
            "WORKER_NEW_GROUP": "true" if self.workers == 1 else "false",
        }
        given = {key: value for key, value in {**defaults, **settings}.items() if value is not None}
        environment = {f"COBRADOR_{key}": str(value) for key, value in given.items()}
        return self.start("run", environment=environment, name=f"worker-{self.workers}")

    def send(self, topic, key, value, headers=None, partition=None, notice=None):
        value = value if isinstance(value, (bytes, type(None))) else json.dumps(value).encode()
        place = {} if partition is None else {"partition": partition}
        while True:
            try:
                self.producer.produce(topic, key=key, value=value, headers=headers, on_delivery=notice, **place)
                return
            except BufferError:
                self.producer.poll(0.1)

    def flush(self):
        assert self.producer.flush(30) == 0

    def close(self):
        # Without its broker a producer takes a second to end.
        self.producer = None
        for process in reversed(self.processes):
            if process.process.poll() is None:
                process.process.kill()
                process.process.wait()
            process.output.close()


class Reader:
    """Reads every answer with confluent-kafka, from the first one on."""

    def __init__(self, stage):
        self.consumer = Consumer({
            "bootstrap.servers": stage.bootstrap, "group.id": "reader", "isolation.level": "read_committed",
            "fetch.wait.max.ms": 20, "enable.auto.commit": False, "log_level": 2})
        topics = [CHARGE_EVENTS, CARD_EVENTS, *(topic + DEAD_LETTERS for topic in JOBS)]
        self.consumer.assign([TopicPartition(topic, number, 0) for topic in topics for number in range(stage.partitions)])
        self.answers, self.messages = [], []

    def read(self, seconds=0.2):
        for message in self.consumer.consume(5000, timeout=seconds):
            assert message.error() is None, message.error()
            self.messages.append(message)
            self.answers.append(answer(message))

    def until_answered(self, ids, seconds, workers=()):
        """Reads until every one of `ids` has an answer."""
        missing, seen = set(ids), 0
        deadline = time.monotonic() + seconds
        while missing and time.monotonic() < deadline:
            self.read()
            missing -= {answer.job_id for answer in self.answers[seen:]}
            seen = len(self.answers)
            for worker in workers:
                assert worker.process.poll() is None, f"the worker ended:\n{worker.text()[-4000:]}"
        logs = "\n".join(worker.text()[-3000:] for worker in workers)
        assert not missing, f"{len(missing)} of {len(ids)} jobs have no answer, such as {sorted(missing)[:5]}\n{logs}"

    def until_count(self, count, seconds):
        deadline = time.monotonic() + seconds
        while len(self.answers) < count and time.monotonic() < deadline:
            self.read(0.05)
        assert len(self.answers) >= count, f"{len(self.answers)} answers after {seconds} s"

    def close(self):
        self.consumer.close()


def headers(message):
    return {name: value.decode() for name, value in message.headers() or []}


def answer(message):
    head, key = headers(message), (message.key() or b"").decode(errors="replace")
    if message.topic().endswith(DEAD_LETTERS):
        return Answer(
            head.get("cobrador-dl-job-id", ""), key, reason=head["cobrador-dl-reason"], money=head["cobrador-dl-money"])
    return Answer(head["ce_subject"], key, head["ce_type"], head["ce_id"], json.loads(message.value()))
