"""Runs a plan: sends jobs, lets faults begin and end, and watches, until every job is answered."""
import random
import time
from dataclasses import dataclass, field

from attempts import Inconclusive
from control import ERRORS, LATE, BrokerControl, Ordered
from fleet import Fleet
from observer import Observer
from schedule import BROKER, GATEWAY, WORKERS
from weather import Weather
from workload import Workload

WORKERS_MIN, WORKERS_MAX = 2, 4
# More unanswered jobs than this fill the embedded broker's 5 MiB a partition before they are read.
OUTSTANDING_MAX = 3000
LOOK_EVERY, COUNT_EVERY, TELL_EVERY = 1.0, 3.0, 15.0
# Without an answer for so long, what is waited for isn't coming.
IDLE_MAX = 60


@dataclass
class Struck:
    """A fault of the plan as it happened, in seconds since the start."""

    kind: str
    began: float
    ended: float | None = None
    what: str = ""
    lift: object = field(default=None, repr=False)
    until: float = 0.0
    # At the broker: the answers that were ordered, and how many of them requests met while it lasted.
    ordered: Ordered | None = None
    met: int = 0

    @property
    def happened(self):
        """Whether anybody felt it."""
        return self.ordered is None or self.met > 0


class Conductor:
    """One run of the suite."""

    def __init__(self, stage, names, group, worker, plan, jobs, seconds, seed, control=None):
        self.stage, self.names, self.jobs, self.seconds, self.seed = stage, names, jobs, seconds, seed
        self.control = control and BrokerControl(control)
        self.fleet = Fleet(worker)
        self.observer = Observer(stage, names, group)
        self.weather = Weather(stage.sandbox, seed)
        self.workload = Workload(stage.sandbox, random.Random(seed), jobs, stage.partitions)
        self.plan, self.struck, self.keys = list(plan), [], {}
        self.undelivered, self.sent = [], 0
        self.started, self.epoch = time.monotonic(), time.time()
        self.looked = self.counted = self.told = 0.0

    @property
    def now(self):
        return time.monotonic() - self.started

    def run(self, patience):
        """Goes through the plan, and waits for the last answers: up to `patience` seconds, while some come."""
        self.weather.rearm()
        for _ in range(WORKERS_MIN):
            self.fleet.start()
        while not (self.workload.is_over and not self.plan and all(fault.ended for fault in self.struck)):
            self.step()
        self.weather.clear()
        if self.control:
            self.control.clear()
        deadline, last, count = self.now + patience, self.now, len(self.observer.answered)
        while self.waiting() and self.now < deadline and self.now - last < IDLE_MAX:
            self.keep_two()
            self.watch()
            if len(self.observer.answered) > count:
                last, count = self.now, len(self.observer.answered)
        self.observer.look()
        self.fleet.stop()
        for _ in range(10):
            self.watch()
        self.observer.look()
        self.observer.count_calls()

    def step(self):
        while self.plan and self.plan[0].at <= self.now:
            self.begin(self.plan.pop(0))
        for fault in self.struck:
            if fault.ended is None and fault.until <= self.now:
                fault.lift()
                if fault.ordered:
                    fault.met = self.control.met(fault.ordered)
                fault.ended = self.now
        self.keep_two()
        self.send()
        self.watch()

    def send(self):
        """As many jobs as are due by now."""
        due = self.jobs * min(1.0, self.now / (self.seconds * 0.95))
        while self.workload.ids < due or self.workload.ids >= self.jobs:
            if len(self.keys) - len(self.observer.answered) >= OUTSTANDING_MAX:
                return
            order = self.workload.next()
            if order is None:
                break
            self.keys[order.value["job_id"]] = order.key
            topic = self.names.inbound[order.kind]
            self.stage.send(topic, order.key, order.value, partition=order.partition, notice=self.delivered)
            self.sent += 1
        self.stage.producer.poll(0)

    def delivered(self, error, message):
        if error:
            self.undelivered.append((message.topic(), message.value(), str(error)))

    def waiting(self):
        return self.keys.keys() - self.observer.answered

    def watch(self):
        if self.stage.broker and self.stage.broker.process.poll() is not None:
            raise Inconclusive(f"the embedded broker ended itself after {self.now:.0f} s")
        for answer in self.observer.read():
            if answer.job_id in self.keys:
                self.workload.learn(answer, self.keys[answer.job_id])
        self.stage.producer.poll(0)
        if self.now - self.looked >= LOOK_EVERY:
            self.observer.look()
            self.looked = self.now
        if self.now - self.counted >= COUNT_EVERY:
            self.observer.count_calls()
            self.counted = self.now
        if self.now - self.told >= TELL_EVERY:
            self.tell()
            self.told = self.now
        self.fleet.look()

    def tell(self):
        """A line of progress, so that a long run isn't silent."""
        answered = len(self.observer.answered)
        print(f"  {self.now:4.0f} s: {self.sent} sent, {answered} answered, {len(self.struck)} faults", flush=True)

    def keep_two(self):
        while len(self.fleet.running()) < WORKERS_MIN and len(self.fleet.members) < WORKERS_MAX + 2:
            self.fleet.start()

    def begin(self, fault):
        struck = Struck(fault.kind, self.now, until=fault.until, lift=lambda: None)
        self.struck.append(struck)
        if fault.kind in WORKERS:
            self.at_a_worker(fault, struck)
        elif fault.kind in BROKER:
            self.at_the_broker(fault, struck)
        elif fault.kind in GATEWAY:
            self.weather.begin(fault.kind)
            struck.lift = lambda: self.weather.end(fault.kind)

    def at_a_worker(self, fault, struck):
        """What happens to one of the running workers; where two must be left, another comes first."""
        running = self.fleet.running()
        worker = fault.choose(running)
        struck.what = f"worker {worker.number}"
        if fault.kind == "kill":
            self.fleet.kill(worker)
            struck.lift = self.keep_two
        elif fault.kind == "freeze":
            self.fleet.freeze(worker)
            struck.lift = lambda: self.fleet.thaw(worker)
        elif fault.kind == "terminate" or fault.kind == "leave" and len(running) > WORKERS_MIN:
            self.fleet.terminate(worker)
        elif len(running) < WORKERS_MAX:
            struck.what = f"worker {self.fleet.start().number} joined"
        else:
            self.fleet.terminate(worker)

    def at_the_broker(self, fault, struck):
        if fault.kind == "broker-down":
            self.control.down()
            struck.lift = self.control.up
            return
        if fault.kind == "late-answers":
            request, milliseconds = fault.choose(LATE), int(fault.chance[1] * 6000)
            # One in four gets lost altogether.
            milliseconds = 0 if fault.chance[2] < 0.25 else 500 + milliseconds
            struck.ordered = self.control.late(request, milliseconds, 3)
            struck.what = f"{request} " + (f"{milliseconds} ms late" if milliseconds else "lost")
            return
        request, codes = fault.choose(ERRORS[fault.kind])
        chosen = random.Random(fault.chance[1]).choices(codes, k=1 + int(fault.chance[2] * 5))
        struck.ordered = self.control.errors(request, chosen)
        struck.what = f"{request} {' '.join(chosen)}"

    def close(self):
        self.observer.close()


