"""A run whose embedded broker ended itself is made once more, and never passes for one that showed something."""
import subprocess
import sys

import pytest

from attempts import Inconclusive, conclude, conclusive


@pytest.fixture
def running():
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    yield process
    process.stdin.close()
    process.wait()


@pytest.fixture
def aborted():
    process = subprocess.Popen([sys.executable, "-c", "import os; os.abort()"])
    process.wait()
    return process


def fail():
    raise AssertionError("a worker left with 1")


def test_an_error_beside_a_broker_that_has_ended_shows_nothing(aborted):
    with pytest.raises(Inconclusive, match="a worker left with 1") as found:
        conclusive(fail, aborted)
    assert isinstance(found.value.__cause__, AssertionError)


def test_an_error_beside_a_broker_that_runs_is_an_error(running, monkeypatch):
    monkeypatch.setattr("attempts.has_ended", lambda process: process.poll() is not None)
    with pytest.raises(AssertionError, match="a worker left with 1"):
        conclusive(fail, running)


def test_an_error_on_a_kafka_that_is_not_ours_is_an_error():
    with pytest.raises(AssertionError, match="a worker left with 1"):
        conclusive(fail, None)


def test_a_run_without_errors_is_one_run(running):
    assert conclusive(lambda: None, running) is None


@pytest.mark.parametrize("inconclusive, seeds", [(0, [5]), (1, [5, 6])])
def test_an_inconclusive_run_is_made_once_more(inconclusive, seeds):
    made = []

    def attempt(seed):
        made.append(seed)
        if len(made) <= inconclusive:
            raise Inconclusive("over")

    conclude(attempt, 5)
    assert made == seeds


def test_two_inconclusive_runs_fail(aborted):
    made = []

    def attempt(seed):
        made.append(seed)
        conclusive(fail, aborted)

    with pytest.raises(pytest.fail.Exception, match="nothing was shown"):
        conclude(attempt, 5)
    assert made == [5, 6]


def test_a_broken_promise_is_not_tried_again():
    made = []

    def attempt(seed):
        made.append(seed)
        fail()

    with pytest.raises(AssertionError):
        conclude(attempt, 5)
    assert made == [5]
