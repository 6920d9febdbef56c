"""The commands that look: `check`, `customers search` and `cards list`, as an operator runs them."""
import json
import os
import subprocess

import pytest

from harness import BINARY, CARDS, CHARGES, CHARGE_EVENTS, DEAD_LETTERS, TOKEN, Sandbox, Stage


def run(*arguments, environment=None):
    clean = {key: value for key, value in os.environ.items() if not key.startswith("COBRADOR_")}
    return subprocess.run(
        [str(BINARY), *arguments], env={**clean, **(environment or {})}, capture_output=True, text=True, timeout=60)


def gateway(sandbox, token=TOKEN):
    return {"COBRADOR_GATEWAY_BASE_URL": sandbox.url, "COBRADOR_GATEWAY_ACCESS_TOKEN": token}


def results(done):
    return {check["subject"]: check["result"] for check in json.loads(done.stdout)["checks"]}


def test_check_finds_everything_in_order(stage):
    environment = {"COBRADOR_KAFKA_BOOTSTRAP_SERVERS": stage.bootstrap, **gateway(stage.sandbox)}
    done = run("check", environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "✗" not in done.stdout and "! " not in done.stdout
    assert "\nA worker can start.\nNot tried: " in done.stdout
    for topic in [CHARGES, CARDS, CHARGES + DEAD_LETTERS, CARDS + DEAD_LETTERS, CHARGE_EVENTS]:
        assert f"✓ topic {topic}: " in done.stdout


def test_check_names_a_missing_topic_and_does_not_make_it(tmp_path):
    stage = Stage.__new__(Stage)
    stage.folder, stage.processes = tmp_path, []
    try:
        bootstrap = stage.start("broker", "--topic", f"{CHARGES}:4").until(r"127\.0\.0\.1:\d+").group(0)
        sandbox = Sandbox(stage.start("sandbox", "--port", "0"))
        environment = {"COBRADOR_KAFKA_BOOTSTRAP_SERVERS": bootstrap, **gateway(sandbox)}
        for _ in range(2):
            done = run("check", "--json", environment=environment)
            assert done.returncode == 69
            found = results(done)
            assert found[f"topic {CHARGES}"] == "ok"
            assert found[f"topic {CARDS}"] == "failed"
            assert found[f"topic {CHARGES}{DEAD_LETTERS}"] == "failed"
        hints = [check.get("hint", "") for check in json.loads(done.stdout)["checks"]]
        assert any(f"--create --topic {CHARGES}{DEAD_LETTERS} --partitions 4 " in hint for hint in hints)
    finally:
        stage.close()


def test_check_tells_all_mistakes_and_where_they_are(tmp_path):
    file, secrets = tmp_path / "cobrador.jsonc", tmp_path / "secrets"
    file.write_text('{ // a note\n  "worker": { "window": "many", "concurency": 5 }\n}\n')
    secrets.mkdir()
    (secrets / "gateway-access-token").write_text("\n")
    done = run(
        "check", "--config", str(file), "--secrets-directory", str(secrets), "--set", "log.level=loud",
        environment={"COBRADOR_KAFKA_BOOTSTRAP_SERVER": "kafka:9092"})
    assert done.returncode == 78
    for text in [
        f'worker.window: must be a whole number from 1 to 16384, not "many" ({file})',
        f"worker.concurency in {file}: no such setting; did you mean worker.concurrency?",
        f"{secrets}/gateway-access-token: is empty",
        "COBRADOR_KAFKA_BOOTSTRAP_SERVER: no such setting; did you mean COBRADOR_KAFKA_BOOTSTRAP_SERVERS?",
        'not "loud" (command line)',
    ]:
        assert text in done.stdout, done.stdout


@pytest.mark.parametrize("content, arguments, files", [
    ('{"log.level": "info", "log..level": "debug"}', [], []),
    ('{".": 1, "": 2}', [], []),
    ('{"kafka.raw.a..b": 1, "kafka.raw.a.b": 2}', [], []),
    ("{}", ["-s", "log.level=info", "-s", "log.level.=debug"], []),
    ("{}", [], ["kafka-raw-a-b", "kafka-raw-a--b"]),
])
def test_a_name_with_an_empty_part_is_a_problem_and_no_crash(tmp_path, content, arguments, files):
    file, secrets = tmp_path / "cobrador.jsonc", tmp_path / "secrets"
    file.write_text(content)
    secrets.mkdir()
    for name in files:
        (secrets / name).write_text("x")
    done = run("run", "--config", str(file), "--secrets-directory", str(secrets), *arguments)
    assert done.returncode == 78, done.stderr
    assert "a setting's name has no empty parts" in done.stderr


def test_run_tells_of_raw_settings_with_everything_else():
    done = run("run", environment={
        "COBRADOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "COBRADOR_GATEWAY_ACCESS_TOKEN": TOKEN,
        "COBRADOR_KAFKA_RAW_NO_SUCH_SETTING": "1", "COBRADOR_WORKER_WINDOW": "x"})
    assert done.returncode == 78
    assert "has 2 problems" in done.stderr
    assert "kafka.raw.no.such.setting: librdkafka refuses it: " in done.stderr
    assert 'must be a whole number from 1 to 16384, not "x" (environment)' in done.stderr


def test_a_file_that_cannot_be_parsed_is_the_only_problem_and_nobody_is_asked(tmp_path):
    file = tmp_path / "cobrador.jsonc"
    file.write_text('{"gateway": {"access-token": ')
    done = run("check", "--config", str(file), "--json")
    assert done.returncode == 78
    failed = [check["subject"] for check in json.loads(done.stdout)["checks"] if check["result"] == "failed"]
    assert failed == [str(file)]
    assert results(done)["credentials"] == "skipped" and results(done)["brokers and topics"] == "skipped"


def test_check_explains_where_each_setting_comes_from_and_shows_no_secret(tmp_path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "gateway-access-token").write_text("TEST-very-secret\n")
    done = run(
        "check", "--explain", "--json", "--timeout", "200ms", "--set", "worker.window=7",
        environment={
            "COBRADOR_SECRETS_DIRECTORY": str(secrets), "COBRADOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
            "COBRADOR_GATEWAY_BASE_URL": "http://127.0.0.1:1"})
    assert done.returncode == 69
    assert "very-secret" not in done.stdout + done.stderr
    settings = {setting["setting"]: setting for setting in json.loads(done.stdout)["settings"]}
    assert settings["worker.window"]["source"] == "command line"
    assert settings["kafka.bootstrap-servers"]["source"] == "environment"
    assert settings["gateway.access-token"]["source"] == f"{secrets}/gateway-access-token"
    assert settings["worker.concurrency"]["source"] == "default"


def test_the_example_of_a_configuration_is_one(tmp_path):
    file = tmp_path / "cobrador.jsonc"
    file.write_text(run("config-reference", "--example").stdout)
    done = run(
        "check", "--config", str(file), "--json", "--explain", "--timeout", "200ms",
        "--set", "kafka.bootstrap-servers=127.0.0.1:1", "--set", "gateway.base-url=http://127.0.0.1:1",
        environment={"COBRADOR_GATEWAY_ACCESS_TOKEN": TOKEN})
    assert done.returncode == 69
    assert results(done)["settings"] == "ok"
    settings = {setting["setting"]: setting for setting in json.loads(done.stdout)["settings"]}
    assert settings["worker.window"]["source"] == str(file)


@pytest.fixture
def sandbox(tmp_path):
    stage = Stage.__new__(Stage)
    stage.folder, stage.processes = tmp_path, []
    yield Sandbox(stage.start("sandbox", "--port", "0"))
    stage.close()


def test_customers_and_cards(sandbox):
    seeded = sandbox.call("POST", "/_sandbox/seed", {"customers": 1})["customers"][0]
    found = run("customers", "search", "--email", seeded["email"].upper(), "--json", environment=gateway(sandbox))
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["customers"][0]["id"] == seeded["customer_id"]
    assert seeded["email"] not in found.stdout

    cards = run("cards", "list", "--customer-id", seeded["customer_id"], environment=gateway(sandbox))
    assert cards.returncode == 0, cards.stderr
    assert seeded["card_id"] in cards.stdout and "default" in cards.stdout and "APRO" not in cards.stdout
    data = run("cards", "list", "--customer-id", seeded["customer_id"], "--json", environment=gateway(sandbox))
    card = json.loads(data.stdout)["cards"][0]
    assert (card["id"], card["default"], len(card["last_four_digits"])) == (seeded["card_id"], True, 4)


@pytest.mark.parametrize("arguments, token, code, text", [
    (["cards", "list", "--customer-id", "1-nobody"], TOKEN, 65, "knows no customer 1-nobody"),
    (["cards", "list", "--customer-id", "1-nobody"], "TEST-another", 77, "refuses the access token"),
    (["customers", "search", "--email", "ana@example.com"], "TEST-another", 77, "refuses the access token"),
    (["cards", "list", "--customer-id", "zzz"], TOKEN, 65, "They look like 123456789-jxOV430go9fx2e"),
    (["customers", "search", "--email", "ana"], TOKEN, 64, "--email must be"),
    (["customers", "search", "--email", "ana@example.com"], "", 78, "gateway.access-token: must be"),
])
def test_what_cannot_be_answered_says_why(sandbox, arguments, token, code, text):
    done = run(*arguments, environment=gateway(sandbox, token))
    assert done.returncode == code, done.stderr
    assert text in done.stderr
    assert done.stdout == ""
    assert "another" not in done.stderr.replace("of another application", "")
