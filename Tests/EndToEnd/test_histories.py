"""What a failure prints: the seed, and the whole history of a job about which a promise was broken."""
from types import SimpleNamespace

import pytest

import promises
from conductor import Struck
from promises import job_of
from summary import HISTORIES_MAX, histories
from test_guarantee_checkers import ChargesAgain, Double, LosesAnswers

SEED, JOB, OTHER = 424242, "job-0-1", "job-0-4"
LOG = f"""info charged job_id={JOB}
info charged job_id={JOB}0
info charged job_id={OTHER}
"""


def told(double, folder):
    """What is printed for a double's run, with two faults: one while it went on, one long after."""
    (folder / "worker-1.log").write_text(LOG)
    run = double.run()
    run.seed, run.epoch, run.now = SEED, 0.0, 500.0
    run.struck = [Struck("freeze", 1.0, 4.0, "worker 3"), Struck("kill", 400.0, 401.0, "worker 4")]
    run.stage = SimpleNamespace(folder=folder)
    return histories(run, double.payments, double.verdict())


@pytest.fixture
def text(tmp_path):
    return told(ChargesAgain(), tmp_path)


def of_job(text, job):
    """The lines of one job's history."""
    return text.split(f"\n\n{job}\n")[1].split("\n\n")[0].splitlines()


def test_it_begins_with_the_seed(text):
    assert text.startswith(f"seed {SEED}: 2 broken promises of 2 jobs\n")


def test_a_jobs_history_has_a_line_of_every_kind(text):
    lines = of_job(text, JOB)
    assert lines[0].strip() == f"{promises.ONE_PAYMENT}: 2 payments were made: 2, 7"
    kinds = [line.split()[0] for line in lines[1:]]
    assert kinds == ["record"] * 2 + ["books"] * 2 + ["call"] * 2 + ["answer"] * 2 + ["fault", "log"]


def test_each_line_says_what_it_is_about(text):
    lines = of_job(text, JOB)
    for part in [
        "record   jobs/0/1 key key-1 content 11.00", "record   jobs/0/6 key key-1 content 11.00", '"id": 2, "status": "approved"',
        "call     1.000 POST /v1/payments 201", "call     6.000 POST /v1/payments 201", "charge.approved answer to job-0-1 2",
        "fault    1.000 to 4.000 freeze worker 3", f"log      worker-1: info charged job_id={JOB}",
    ]:
        assert any(part in line for line in lines), part


def test_what_is_of_other_jobs_or_long_after_stays_out(text):
    lines = "\n".join(of_job(text, JOB))
    assert OTHER not in lines and f"{JOB}0" not in lines and "kill" not in lines


def test_a_job_that_was_never_answered_has_its_history_too(tmp_path):
    lines = of_job(told(LosesAnswers(), tmp_path), "job-0-3")
    assert lines[0].strip() == f"{promises.ANSWERED}: there is no answer"
    assert [line.split()[0] for line in lines[1:]] == ["record", "books", "call", "fault"]


def test_no_more_than_a_few_jobs_are_told_of(tmp_path):
    class AnswersNobody(LosesAnswers):
        def answer(self, copy, payment):
            pass

        def position(self, copy):
            return 0

    text = told(AnswersNobody(), tmp_path)
    jobs = {job_of(payment) for payment in Double().payments}
    assert f" of {len(jobs)} jobs\n" in text
    assert sum(f"\n\n{job}\n" in text for job in jobs) == HISTORIES_MAX < len(jobs)
