"""Workers as processes that are started, killed, frozen and asked to leave."""
import os
import re
import signal
import time
from dataclasses import dataclass

from harness import Process


@dataclass
class Worker:
    process: Process
    number: int
    state: str = "running"
    changed_at: float = 0.0


class Fleet:
    """Between two and four workers; each end is noted with its exit code."""

    # SIGTERM ends a worker with 0, or with 2 where it had to leave something unfinished.
    CALM = {0, 2}

    def __init__(self, start):
        self.start_process, self.members, self.ended, self.count = start, [], [], 0

    def start(self):
        self.count += 1
        self.members.append(Worker(self.start_process(self.count), self.count, changed_at=time.monotonic()))
        return self.members[-1]

    def running(self):
        return [worker for worker in self.members if worker.state == "running"]

    def kill(self, worker):
        worker.process.send_signal(signal.SIGKILL)
        worker.process.process.wait(30)
        self.remove(worker, "killed")

    def freeze(self, worker):
        worker.process.send_signal(signal.SIGSTOP)
        worker.state = "frozen"

    def thaw(self, worker):
        if worker.state == "frozen":
            worker.process.send_signal(signal.SIGCONT)
            worker.state = "running"

    def terminate(self, worker):
        worker.process.send_signal(signal.SIGTERM)
        worker.state = "leaving"
        worker.changed_at = time.monotonic()

    def remove(self, worker, how):
        self.members.remove(worker)
        self.ended.append((worker.number, how, worker.process.process.returncode))

    def look(self):
        """Notes who has ended; raises for one that nobody asked to."""
        for worker in list(self.members):
            code = worker.process.process.poll()
            if code is None:
                late = worker.state == "leaving" and time.monotonic() - worker.changed_at >= 90
                assert not late, f"worker {worker.number} doesn't leave:\n{tail(worker)}"
                continue
            self.remove(worker, worker.state)
            asked = worker.state == "leaving"
            assert asked, f"worker {worker.number} ended with {code}, and nobody asked it to:\n{tail(worker)}"
            assert code in self.CALM, f"worker {worker.number} left with {code}:\n{tail(worker)}"

    def stop(self):
        """Asks all to leave, and waits until they have."""
        for worker in self.members:
            self.thaw(worker)
            if worker.state == "running":
                self.terminate(worker)
        while self.members:
            self.look()
            time.sleep(0.05)


def tail(worker):
    return worker.process.text()[-4000:]


def lines_naming(folder, word):
    """The workers' log lines with a whole word in them."""
    pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    for path in sorted(folder.glob("worker-*.log"), key=os.path.getmtime):
        for line in path.read_text(errors="replace").splitlines():
            if pattern.search(line):
                yield f"{path.stem}: {line}"
