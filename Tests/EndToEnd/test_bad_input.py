"""Bad input of every kind is a dead letter with the right reason, byte-identical, and its partition goes on."""
import json

from harness import CANCELS, CAPTURES, CARDS, CHARGES, DEAD_LETTERS, REFUNDS, TOKEN, headers

CUSTOMER = "123456789-jxOV430go9fx2e"
PLAIN = {"customer_id": CUSTOMER, "token": "ff8080814c11e237014c1ff593b57b4d", "transaction_amount": "1"}


def charge(id, **changes):
    return {"job_id": id, **PLAIN, **changes}


def bad_input():
    """(name, topic, value, headers, reason, what the detail names)."""
    cases = [
        ("tombstone", CHARGES, None, [], "undecodable", "tombstone"),
        ("empty", CHARGES, b"", [], "undecodable", "JSON"),
        ("truncated", CHARGES, b'{"job_id": "x"', [], "undecodable", "JSON"),
        ("not utf-8", CHARGES, b'{"job_id": "\xff"}', [], "undecodable", "JSON"),
        ("random bytes", CHARGES, bytes(range(256)), [], "undecodable", "JSON"),
        ("an array", CHARGES, b"[]", [], "undecodable", "object"),
        ("deeply nested", CHARGES, b'{"a":' * 5000, [], "undecodable", "JSON"),
        ("a name twice", CHARGES, b'{"job_id":"a","job_id":"b"}', [], "undecodable", "JSON"),
        ("too large", CHARGES, json.dumps(charge("large", description="x" * 300_000)).encode(), [], "undecodable", "limit"),
        ("no id", CHARGES, PLAIN, [], "invalid", "job_id"),
        ("zero amount", CHARGES, charge("b1", transaction_amount=0), [], "invalid", "transaction_amount"),
        ("negative amount", CHARGES, charge("b2", transaction_amount="-5"), [], "invalid", "transaction_amount"),
        ("19 digits", CHARGES, charge("b3", transaction_amount="1234567890123456789"), [], "invalid", "transaction_amount"),
        ("misspelt field", CHARGES, charge("b4", instalments=6), [], "invalid", "instalments"),
        ("card_id", CHARGES, {**{name: value for name, value in charge("b5").items() if name != "token"}, "card_id": "1490022319978"}, [], "invalid", "card_id"),
        ("token and card_id", CHARGES, charge("b13", card_id="1490022319978"), [], "invalid", "card_id"),
        ("expires_at", CHARGES, charge("b6", expires_at="2030-01-01 00:00"), [], "invalid", "expires_at"),
        ("centavos of Chile", CHARGES, charge("b14", transaction_amount="1500.50", currency_id="CLP"), [], "invalid", "transaction_amount"),
        ("after_payment_id", CARDS, {"job_id": "b7", "customer_id": CUSTOMER, "token": "a" * 32, "after_payment_id": 0}, [], "invalid", "after_payment_id"),
        ("make_default", CARDS, {"job_id": "b8", "customer_id": CUSTOMER, "token": "a" * 32, "make_default": "yes"}, [], "invalid", "make_default"),
        ("a refund of nothing", REFUNDS, {"job_id": "b15", "payment_id": 1, "amount": 0}, [], "invalid", "amount"),
        ("a cancellation of a part", CANCELS, {"job_id": "b16", "payment_id": 1, "amount": 5}, [], "invalid", "amount"),
        ("a capture of no payment", CAPTURES, {"job_id": "b17"}, [], "invalid", "payment_id"),
        ("nobody's card", CARDS, {"job_id": "b9", "token": "a" * 32}, [], "invalid", "customer_id"),
        ("reserved metadata", CHARGES, charge("b10", metadata={"Cobrador-Job-Id": "x"}), [], "invalid", "metadata"),
        ("unknown kind", CHARGES, charge("b11"), [("ce_specversion", "1.0"), ("ce_type", "mint-money")], "invalid", "ce_type"),
        ("structured without data", CHARGES, {"specversion": "1.0"}, [("content-type", "application/cloudevents+json")], "undecodable", "data"),
        ("unknown account", CHARGES, charge("b12", account="nobody"), [], "account-misconfigured", "account"),
    ]
    return cases


def test_bad_input_is_a_dead_letter_and_its_partition_goes_on(stage, reader):
    cases = bad_input()
    good = stage.sandbox.seed(1, "APRO", tokens=len(cases))[0]
    for number, (name, topic, value, head, _, _) in enumerate(cases):
        stage.send(topic, good["customer_id"], value, [("test-case", name), *head], partition=0)
        after = {"job_id": f"after-{number}", "customer_id": good["customer_id"], "transaction_amount": "10", "token": good["tokens"][number]}
        stage.send(CHARGES, good["customer_id"], after, partition=0)
    stage.flush()
    worker = stage.worker(LOG_LEVEL="info")
    reader.until_answered([f"after-{number}" for number in range(len(cases))], 60, [worker])
    reader.until_count(2 * len(cases), 30)
    assert worker.stop() == 0

    letters = {headers(message)["test-case"]: message for message in reader.messages if message.topic().endswith(DEAD_LETTERS)}
    assert set(letters) == {case[0] for case in cases}
    for name, topic, value, head, reason, detail in cases:
        letter, found = letters[name], headers(letters[name])
        assert found["cobrador-dl-reason"] == reason, name
        assert detail in found["cobrador-dl-detail"], (name, found["cobrador-dl-detail"])
        assert found["cobrador-dl-money"] == "not-moved", name
        assert letter.topic() == topic + DEAD_LETTERS, name
        assert letter.key().decode() == good["customer_id"], name
        assert letter.value() == (value if isinstance(value, (bytes, type(None))) else json.dumps(value).encode()), name
        assert found["cobrador-dl-original-topic"] == found["kafka_dlt-original-topic"] == topic, name
        assert found["cobrador-dl-original-partition"] == "0", name
        assert all(found[header] == text for header, text in head), name
    assert all(payment["external_reference"].startswith("after-") for payment in stage.sandbox.payments())


def test_card_data_is_refused_and_gone_from_the_dead_letter_and_the_log(stage, reader):
    spellings = ["4509953566233704", "4509 9535 6623 3704", "4509-9535-6623-3704", "3711 803032 57522", "５０３１７５５７３４５３０６０４"]
    cases = [charge(f"number-{number}", description=f"please charge {text} today") for number, text in enumerate(spellings)]
    cases.append(charge("nested", additional_info={"payer": {"notes": [{"card": 4509953566233704}]}}))
    cases.append(charge("code", metadata={"payer": {"securityCode": "987"}}))
    for value in cases:
        stage.send(CHARGES, CUSTOMER, value, [("note", f"about {spellings[1]}")])
    stage.send(CHARGES, spellings[1], b"{'card': 4509 9535 6623 3704", [("test-case", "no JSON")])
    stage.flush()
    worker = stage.worker(LOG_LEVEL="trace")
    reader.until_count(len(cases) + 1, 60)
    assert worker.stop() == 0
    assert {answer.reason for answer in reader.answers} == {"card-data"}
    assert {answer.money for answer in reader.answers} == {"not-moved"}
    letters = {headers(message).get("cobrador-dl-job-id"): message for message in reader.messages}
    assert set(letters) == {*(value["job_id"] for value in cases), None}
    for message in reader.messages:
        shown = b"|".join([message.key() or b"", message.value(), *(value for _, value in message.headers())]).decode()
        for secret in [*spellings, "987", "66233", "6623 3", "6623-3"]:
            assert secret not in shown, shown
    nested = json.loads(letters["nested"].value())
    assert nested["additional_info"]["payer"]["notes"] == [{"card": "************3704"}]
    assert nested["token"] == PLAIN["token"], "what is no card data stays"
    for secret in [*spellings, "987", "66233", "6623 3", "6623-3"]:
        assert secret not in worker.text()


def test_ids_that_look_like_card_numbers_pass(stage, reader):
    customer = stage.sandbox.seed(1, "APRO", tokens=1)[0]
    number = "4509953566233704"
    job = {"job_id": number, "external_reference": number, "customer_id": customer["customer_id"], "token": customer["token"], "transaction_amount": "10"}
    stage.send(CHARGES, number, job)
    stage.flush()
    worker = stage.worker()
    reader.until_answered([number], 60, [worker])
    assert worker.stop() == 0
    assert [answer.type for answer in reader.answers] == ["charge.approved"]


def test_a_burnt_token_is_refused_once_nothing_is_found_that_would_explain_it(stage, reader):
    customer = stage.sandbox.seed(1, "APRO", tokens=1)[0]
    for id in ["first", "second"]:
        job = {"job_id": id, "customer_id": customer["customer_id"], "token": customer["token"], "transaction_amount": "10"}
        stage.send(CHARGES, customer["customer_id"], job)
    stage.flush()
    worker = stage.worker()
    reader.until_answered(["first", "second"], 60, [worker])
    assert worker.stop() == 0
    summary = {answer.job_id: answer.reason or answer.type for answer in reader.answers}
    assert summary == {"first": "charge.approved", "second": "charge.failed"}
    assert len(stage.sandbox.payments()) == 1


def test_a_refusal_of_the_gateway_is_an_answer(stage, reader):
    token = stage.sandbox.seed(1, "APRO", tokens=1)[0]["token"]
    job = {"job_id": "stranger", "customer_id": "999999999-abcdefghijklmn", "token": token, "transaction_amount": "10"}
    stage.send(CHARGES, "999999999-abcdefghijklmn", job)
    stage.flush()
    worker = stage.worker()
    reader.until_answered(["stranger"], 60, [worker])
    assert worker.stop() == 0
    event = reader.answers[0]
    assert event.type == "charge.failed"
    assert "2002" in event.data["error"]["codes"]
    assert event.data["request_id"]


def test_secrets_stay_out_of_the_log(stage, reader):
    known = stage.sandbox.seed(3, "APRO", tokens=1)
    secrets = [customer["token"] for customer in known]
    for number, customer in enumerate(known):
        stage.send(CHARGES, customer["customer_id"], {"job_id": f"s{number}", "customer_id": customer["customer_id"], "token": customer["token"], "transaction_amount": "3"})
    fresh = stage.sandbox.tokens(1)[0]
    mail = "somebody.private@testuser.com"
    stage.send(CARDS, mail, {"job_id": "s3", "token": fresh, "customer": {"email": mail}})
    stage.send(CHARGES, mail, {"job_id": "s4", "token": fresh, "transaction_amount": mail, "customer_id": mail})
    stage.flush()
    stage.sandbox.arm("5xx-after", times=2)
    worker = stage.worker(LOG_LEVEL="trace")
    reader.until_answered([f"s{number}" for number in range(5)], 60, [worker])
    assert worker.stop() == 0
    text = worker.text()
    assert "s0" in text, "the log is empty, so this test shows nothing"
    for secret in [*secrets, fresh, mail, TOKEN]:
        assert secret not in text
    for message in reader.messages:
        for name, value in message.headers():
            for secret in [*secrets, fresh, mail, TOKEN]:
                assert secret.encode() not in value, name
