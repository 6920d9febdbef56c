"""What a run of the suite shows: nothing, where the embedded broker ended itself."""
import subprocess

import pytest

ATTEMPTS = 2
# A broker that aborts serves nobody any more, and writes its backtrace before its process is over: several seconds.
ABORT_SECONDS = 30


class Inconclusive(Exception):
    """The embedded broker ended itself: the run shows nothing."""


def has_ended(process, seconds=ABORT_SECONDS):
    """Whether a process is over, or is so within some seconds."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def conclusive(run, broker):
    """Runs. Whatever goes wrong once `broker`, the embedded one's process, is over is called inconclusive; without a
    broker of ours nothing is."""
    try:
        run()
    except Exception as error:
        if broker is None or isinstance(error, Inconclusive) or not has_ended(broker):
            raise
        text = str(error).partition("\n")[0]
        raise Inconclusive(f"the embedded broker ended itself with {broker.returncode}, and then: {text}") from error


def conclude(attempt, seed):
    """Makes an attempt, and once more, with the next seed, where it was inconclusive; then it fails."""
    for number in range(ATTEMPTS):
        try:
            return attempt(seed + number)
        except Inconclusive as reason:
            print(f"INCONCLUSIVE: {reason} (seed {seed + number}). Its assertions on some joins are known.", flush=True)
    pytest.fail(f"{ATTEMPTS} runs were inconclusive: nothing was shown")
