"""Foreign programs against ours: kcat on the embedded broker and our events."""
import json
import subprocess

from harness import CHARGE_EVENTS, CHARGES, headers


def kcat(*arguments, stdin=None):
    return subprocess.run(["kcat", *arguments], input=stdin, capture_output=True, text=True, timeout=60, check=True).stdout


def test_kcat_puts_a_job_and_reads_its_event(stage, reader):
    customer = stage.sandbox.seed(1, "APRO", tokens=1)[0]
    job = {"job_id": "from-kcat", "customer_id": customer["customer_id"], "token": customer["token"], "transaction_amount": 12.30}
    line = f"{customer['customer_id']}|{json.dumps(job)}"
    kcat("-P", "-b", stage.bootstrap, "-t", CHARGES, "-K", "|", "-H", "traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", stdin=line)
    worker = stage.worker()
    reader.until_answered(["from-kcat"], 60, [worker])
    assert worker.stop() == 0
    events = [json.loads(line) for line in kcat("-C", "-b", stage.bootstrap, "-t", CHARGE_EVENTS, "-J", "-e", "-q").splitlines()]
    assert len(events) == 1
    head = dict(zip(events[0]["headers"][::2], events[0]["headers"][1::2]))
    assert head["ce_type"] == "charge.approved"
    assert head["ce_subject"] == "from-kcat"
    assert head["ce_traceparent"] == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert events[0]["key"] == customer["customer_id"]
    assert json.loads(events[0]["payload"])["transaction_amount"] == 12.3


def test_cloudevents_in_both_modes_are_read(stage, reader):
    customer = stage.sandbox.seed(1, "APRO", tokens=2)[0]

    def data(id, token):
        return {"job_id": id, "customer_id": customer["customer_id"], "token": token, "transaction_amount": "5"}

    binary = [("ce_specversion", "1.0"), ("ce_id", "cause-1"), ("ce_source", "/shop"), ("ce_type", "charge-saved-card"), ("ce_correlationid", "order-7")]
    stage.send(CHARGES, customer["customer_id"], data("binary", customer["tokens"][0]), binary)
    event = {"specversion": "1.0", "id": "cause-2", "source": "/shop", "type": "charge-saved-card", "correlationid": "order-8", "data": data("structured", customer["tokens"][1])}
    stage.send(CHARGES, customer["customer_id"], event, [("content-type", "application/cloudevents+json; charset=utf-8")])
    stage.flush()
    worker = stage.worker()
    reader.until_answered(["binary", "structured"], 60, [worker])
    assert worker.stop() == 0
    heads = {headers(message)["ce_subject"]: headers(message) for message in reader.messages}
    assert [heads["binary"][name] for name in ["ce_causationid", "ce_correlationid"]] == ["cause-1", "order-7"]
    assert [heads["structured"][name] for name in ["ce_causationid", "ce_correlationid"]] == ["cause-2", "order-8"]
