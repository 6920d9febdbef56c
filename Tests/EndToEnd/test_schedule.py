"""The plan of faults: repeatable, and of every kind."""
import re

import pytest

import control
import weather
from harness import ROOT
from names import idempotency_key
from schedule import BROKER, GATEWAY, WORKERS, plan

KINDS = {**WORKERS, **BROKER, **GATEWAY}


@pytest.mark.parametrize("seed", range(20))
def test_a_plan_is_a_function_of_its_seed(seed):
    found = plan(seed, 40, 200, KINDS)
    assert found == plan(seed, 40, 200, KINDS)
    assert found != plan(seed + 1, 40, 200, KINDS)
    assert len(found) == 40 and {fault.kind for fault in found} == set(KINDS)
    assert [fault.at for fault in found] == sorted(fault.at for fault in found)
    assert all(0 <= fault.at <= 0.9 * 200 and fault.at <= fault.until for fault in found)
    longest = max(KINDS[fault.kind][1][1] for fault in found)
    assert all(fault.until - fault.at <= longest for fault in found)


def test_dear_kinds_come_more_often():
    counts = [fault.kind for fault in plan(1, 1000, 5000, KINDS)]
    assert counts.count("lost-answers") > 2 * counts.count("slow") > 20


def test_every_fault_of_the_gateway_can_come():
    page = (ROOT / "Sources/Sandbox/Documentation.docc/Payments.md").read_text()
    table = page[page.index("## Faults"):page.index("## What happens elsewhere")]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    kinds = {kind for cell in cells for kind in re.findall("`([0-9a-z-]+)`", cell)}
    assert len(kinds) > 15
    assert weather.kinds() == kinds


def test_every_kind_has_somebody_who_does_it():
    assert set(GATEWAY) == {*weather.STORMS, "conflicts"}
    assert set(BROKER) == {*control.ERRORS, "broker-down", "late-answers"}


@pytest.mark.parametrize("account, job, key", [
    ("default", "job-1", "9646fe08-bcf8-8bb9-8974-04078f176f04"),
    ("tienda.mx", "cobro-ñandú-€-💳", "5c918834-22fe-8524-9c88-52c883020f7f"),
])
def test_a_jobs_key_is_the_one_that_the_worker_derives(account, job, key):
    assert idempotency_key(job, account) == key
