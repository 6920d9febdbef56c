"""Several sellers in one deployment: each is paid at its own ledger, and one with refused credentials waits alone."""
import pytest

from harness import CHARGES, Stage
from sellers import Sellers, secret_file
from steps import answers, calls, charge, first_worker, paid, readiness, said, until

SELLERS = Sellers("default", "north", "west")
LETTER = ("account-misconfigured", "not-moved")
# One call finds out now and then whether refused credentials are accepted again.
PAUSE = {"GATEWAY_CREDENTIALS_PAUSE": "500ms"}


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path, sandbox=[*SELLERS.options(), "--payment-search-lag", "500ms"])
    yield stage
    stage.close()


@pytest.fixture
def secrets(tmp_path):
    """The folder of secret files; the one of `west` has a token that its seller never had."""
    folder = tmp_path / "secrets"
    secret_file(folder, "west").write_text("TEST-sandbox-mistyped")
    return folder


def run(stage, secrets, **settings):
    """A worker that reads the token of `west` from its file."""
    return first_worker(stage, **SELLERS.settings(["west"], SECRETS_DIRECTORY=secrets, **PAUSE, **settings))


def refused(stage):
    return [call for call in calls(stage) if call["status"] == 401]


def complaints(worker, seller):
    """The log lines, from warnings on, that name a seller and its credentials."""
    return [line for line in said(worker, seller, "credential") if line["level"] in ("warning", "error", "critical")]


def letters(reader):
    return {answer.job_id: (answer.reason, answer.money) for answer in reader.answers if answer.reason}


def test_a_seller_with_a_wrong_token_waits_alone_and_loudly_until_its_file_is_corrected(stage, reader, secrets):
    running = run(stage, secrets, OPERATIONS_LISTEN="127.0.0.1:0")
    waiting = SELLERS.charges(stage, "west", 20)
    others = SELLERS.charges(stage, "default", 20) + SELLERS.charges(stage, "north", 20)
    reader.until_answered(others, 60, [running])
    until(lambda: complaints(running, "west"), "a log line about west's credentials")
    status, body = readiness(running)
    assert status == 200, "one seller's credentials take nobody else's jobs away"
    assert "west" in str(body["accounts"]) and "credential" in str(body["accounts"]).lower(), body
    reader.read()
    assert {answer.job_id for answer in reader.answers} == set(others)
    assert complaints(running, "north") == []
    tries, lines = len(refused(stage)), len(complaints(running, "west"))
    secret_file(secrets, "west").write_text(SELLERS.tokens["west"])
    reader.until_answered(waiting, 60, [running])
    assert running.stop() == 0
    reader.read()
    print(f"\n  40 jobs done while 20 of one seller waited: {tries} calls with its refused token, {lines} loud log lines")
    for name in SELLERS.names:
        assert paid(stage, SELLERS.number(name)) == {f"{name}-{number}": 1 for number in range(20)}, name
    assert {found[0].type for found in answers(reader).values()} == {"charge.approved"} and letters(reader) == {}


def test_after_the_grace_time_only_jobs_that_moved_no_money_are_dead_letters(stage, reader, secrets):
    secret_file(secrets, "west").write_text(SELLERS.tokens["west"])
    stage.sandbox.arm("hang-after", times=1, milliseconds=60000)
    running = run(stage, secrets, RETRY_MISCONFIGURED_GRACE="2s")
    doubtful = SELLERS.charges(stage, "west", 1, "doubtful")
    until(lambda: stage.sandbox.payments(SELLERS.number("west")), "the payment whose answer is lost")
    stage.sandbox.change_token(SELLERS.number("west"), "TEST-sandbox-renewed")
    certain = SELLERS.charges(stage, "west", 10)
    others = SELLERS.charges(stage, "north", 10)
    reader.until_answered(certain + others, 60, [running])
    reader.read()
    assert letters(reader) == dict.fromkeys(certain, LETTER), "the doubtful one isn't given up"
    assert not set(doubtful) & answers(reader).keys()
    secret_file(secrets, "west").write_text("TEST-sandbox-renewed")
    reader.until_answered(doubtful, 60, [running])
    assert running.stop() == 0
    reader.read()
    print(f"\n  {len(letters(reader))} dead letters of unmoved money, {len(refused(stage))} calls with a refused token")
    assert [answer.type for answer in answers(reader)["doubtful-0"]] == ["charge.approved"]
    assert paid(stage, SELLERS.number("west")) == {"doubtful-0": 1}
    assert paid(stage, SELLERS.number("north")) == dict.fromkeys(others, 1)


def test_a_seller_that_holds_half_of_a_window_gives_way_before_its_grace_time_is_over(stage, reader, secrets):
    window = 20
    held = SELLERS.charges(stage, "west", 30, partition=0)
    behind = SELLERS.charges(stage, "north", 5, partition=0)
    running = run(stage, secrets, WORKER_WINDOW=window, RETRY_MISCONFIGURED_GRACE="1h")
    reader.until_answered(behind, 60, [running])
    reader.read()
    given_up = letters(reader)
    print(f"\n  window {window}: {len(given_up)} of {len(held)} jobs of the refused seller were given up for 5 behind them")
    assert given_up and set(given_up) <= set(held) and set(given_up.values()) == {LETTER}
    secret_file(secrets, "west").write_text(SELLERS.tokens["west"])
    reader.until_answered(held, 60, [running])
    assert running.stop() == 0
    reader.read()
    kept = set(held) - set(given_up)
    told = {job: found[0].type for job, found in answers(reader).items() if job in kept}
    assert told == dict.fromkeys(kept, "charge.approved")
    assert paid(stage, SELLERS.number("west")) == dict.fromkeys(kept, 1)
    assert paid(stage, SELLERS.number("north")) == dict.fromkeys(behind, 1)


def test_a_job_may_name_its_seller_or_take_the_default_and_no_other(stage, reader):
    customers = stage.sandbox.seed(2, "APRO", tokens=1)
    stage.send(CHARGES, "a", charge("nameless", customers[0], "1.00"))
    stage.send(CHARGES, "b", {"account": "east", **charge("stranger", customers[1], "1.00")})
    stage.flush()
    running = first_worker(stage, **SELLERS.settings())
    reader.until_answered(["nameless", "stranger"], 60, [running])
    assert running.stop() == 0
    assert letters(reader) == {"stranger": LETTER}
    assert paid(stage, SELLERS.number("default")) == {"nameless": 1}
    assert paid(stage, SELLERS.number("north")) == {}
