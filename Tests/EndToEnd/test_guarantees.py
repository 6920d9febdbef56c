"""The guarantee suite: every promise under a seeded schedule of every fault that can be produced.

Sizes come from the environment: COBRADOR_GUARANTEE_JOBS, COBRADOR_GUARANTEE_FAULTS, COBRADOR_GUARANTEE_SEED,
COBRADOR_GUARANTEE_RATE (jobs a second). A run is repeated by its seed as far as the plan and the jobs go; what falls
together is up to the machine. Delivery is `idempotent`: the embedded broker shows nothing about transactions, and
`test_atomic.py` has them on a real Kafka.
"""
import os
import random
from dataclasses import dataclass

import weather
from attempts import conclude, conclusive
from conductor import Conductor
from harness import Stage
from names import Names
from schedule import BROKER, GATEWAY, WORKERS, plan
from summary import figures, histories, table, verdict

JOBS = int(os.environ.get("COBRADOR_GUARANTEE_JOBS", 10_000))
FAULTS = int(os.environ.get("COBRADOR_GUARANTEE_FAULTS", 30))
SEED = int(os.environ.get("COBRADOR_GUARANTEE_SEED", random.SystemRandom().randrange(1 << 31)))
# What two cores do beside everything else that runs on them.
RATE = float(os.environ.get("COBRADOR_GUARANTEE_RATE", 60))
SECONDS_A_FAULT = 5
PATIENCE = 400

SETTINGS = {
    "KAFKA_CONSUMER_SESSION_TIMEOUT": "3500ms",
    "KAFKA_CONSUMER_HEARTBEAT_INTERVAL": "300ms",
    "KAFKA_CONSUMER_FETCH_WAIT_MAX": "10ms",
    "KAFKA_PRODUCER_MESSAGE_TIMEOUT": "10s",
    "KAFKA_SOCKET_TIMEOUT": "5s",
    "GATEWAY_CALL_TIMEOUT": "2s",
    "GATEWAY_READ_TIMEOUT": "2s",
    "GATEWAY_INDEX_LAG": "1s",
    "RETRY_ATTEMPTS": "40",
    "RETRY_PAUSE_BASE": "50ms",
    "RETRY_PAUSE_MAX": "1s",
    "WORKER_CONCURRENCY": "32",
    "WORKER_REVOKE_DEADLINE": "5s",
    "WORKER_DRAIN_DEADLINE": "20s",
    "DELIVERY_TRANSACTION_TIMEOUT": "3s",
    "ACCOUNT_SECURITY_CODE_OPTIONAL": "true",
    # A storm lasts seconds here.
    "GATEWAY_CREDENTIALS_PAUSE": "500ms",
    "BREAKER_PAUSE": "500ms",
    "BREAKER_PAUSE_MAX": "2s",
    "LOG_LEVEL": "info",
}
SANDBOX = ["--payment-search-lag", "500ms", "--latency", "20ms", "--allow-missing-security-code"]


@dataclass(frozen=True)
class Kafka:
    """Where a run takes place: at an embedded broker of its own, unless `bootstrap` names another."""

    bootstrap: str | None = None
    names: Names = Names()
    group: str = "cobrador"


def test_every_promise_holds_under_every_fault(tmp_path, capsys):
    def attempt(seed):
        folder = tmp_path / str(seed)
        folder.mkdir()
        check(folder, seed)

    # A run takes minutes: what it says is for whoever waits, too.
    with capsys.disabled():
        conclude(attempt, SEED)


def check(folder, seed, kinds=None, delivery="idempotent", kafka=Kafka(), settings=None, more=None):
    """One run and its verdict, printed as a table.

    `kinds` are the plan's faults (all that can be ordered), `settings` those of a worker beside `SETTINGS`; `more` gives
    further rows of the table for a run. Raises `Inconclusive` where the embedded broker ended itself.
    """
    controlled = kafka.bootstrap is None
    kinds = kinds or {**WORKERS, **GATEWAY, **(BROKER if controlled else {})}
    seconds = max(FAULTS * SECONDS_A_FAULT, JOBS / RATE)
    print(f"\nseed {seed}: {JOBS} jobs, {FAULTS} faults within {seconds:.0f} s, {delivery} delivery", flush=True)
    stage = Stage(folder, sandbox=SANDBOX, broker=["--control"] if controlled else [], bootstrap=kafka.bootstrap)
    run = None
    try:
        control = controlled and stage.broker.until(r"http://127\.0\.0\.1:\d+").group(0)
        own = {**kafka.names.settings(), "KAFKA_GROUP_ID": kafka.group, "DELIVERY_MODE": delivery}
        settings = {**SETTINGS, **(settings or {}), **own}
        run = Conductor(
            stage, kafka.names, kafka.group, lambda _: stage.worker(**settings), plan(seed, FAULTS, seconds, kinds), JOBS,
            seconds, seed, control)
        conclusive(lambda: run.run(PATIENCE), stage.broker.process if controlled else None)
        judge(run, delivery, more(run) if more else [])
    finally:
        if run:
            run.close()
        stage.close()


def judge(run, delivery, more):
    payments = run.stage.sandbox.payments()
    people = {reply.data["customer_id"] for reply in run.observer.replies if reply.type == "card.registered"}
    broken = verdict(run, payments, delivery, run.stage.sandbox.cards(people))
    struck = run.stage.sandbox.summary()["requests"]["faults"].keys()
    quiet = ", ".join(sorted(weather.kinds() - struck)) or "none"
    print(table([*figures(run, payments, broken), ("gateway faults that never struck", quiet), *more]))
    assert not run.undelivered, f"jobs that never reached their log: {run.undelivered[:3]}"
    assert len(run.observer.snapshots) > run.seconds / 4, "commits were hardly ever seen: this run shows less than it says"
    assert not broken, histories(run, payments, broken)
    # Which calls fall into a storm is chance; that none did of those whose answer was lost is not.
    assert any(kind.endswith("-after") for kind in struck), "no answer was lost: this run shows less than it says"
