"""Transactions: on any real Kafka that COBRADOR_TEST_BOOTSTRAP names; without one nothing is said about them."""
import os
import random

import pytest

import realkafka
from harness import Reader, Stage
from jobs import charges, send
from schedule import GATEWAY, WORKERS
from test_guarantees import SANDBOX, SEED, SETTINGS, Kafka, check

BOOTSTRAP = os.environ.get("COBRADOR_TEST_BOOTSTRAP")
PARTITIONS = 6
# A broker allows sessions from 6 s on (`group.min.session.timeout.ms`).
PATIENT = {
    "KAFKA_CONSUMER_SESSION_TIMEOUT": "6s",
    "KAFKA_CONSUMER_HEARTBEAT_INTERVAL": "500ms",
    "DELIVERY_TRANSACTION_TIMEOUT": "5s",
}
FROZEN = {"freeze": (3, (9.0, 12.0))}


@pytest.mark.skipif(not BOOTSTRAP, reason="no real Kafka named by COBRADOR_TEST_BOOTSTRAP: transactions are not shown")
def test_every_promise_holds_in_transactions_on_a_real_kafka(tmp_path, capsys):
    with capsys.disabled(), realkafka.topics(BOOTSTRAP, PARTITIONS) as (names, group):
        def aborted(run):
            count = realkafka.hidden(BOOTSTRAP, names, PARTITIONS, len(run.observer.replies))
            return [("answers in aborted transactions", count)]

        kinds, kafka = {**WORKERS, **FROZEN, **GATEWAY}, Kafka(BOOTSTRAP, names, group)
        check(tmp_path, SEED, kinds, delivery="atomic", kafka=kafka, settings=PATIENT, more=aborted)


def test_the_state_machine_of_transactions_on_a_broker_that_ignores_them(tmp_path, request):
    """The embedded broker drops what a transaction commits and hides nothing: this shows that a worker in `atomic`
    delivery goes through its states, charges once and answers, and nothing about Kafka."""
    stage = Stage(tmp_path, sandbox=SANDBOX)
    request.addfinalizer(stage.close)
    reader = Reader(stage)
    request.addfinalizer(reader.close)
    prepared = charges(stage, 200, random.Random(SEED))
    worker = stage.worker(**SETTINGS, DELIVERY_MODE="atomic", WORKER_NEW_GROUP="true")
    sent = send(stage, prepared)
    reader.until_answered([job.id for job in sent], 120, [worker])
    assert worker.stop() == 0
    assert len(stage.sandbox.payments()) == len(sent)
