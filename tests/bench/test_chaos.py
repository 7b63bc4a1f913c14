"""The chaos harness: nothing is lost, and an injected fault makes it fail."""

import json
import subprocess
import sys
from typing import Any

import pytest

from bench.chaos import disks
from tests.product import ROOT

# It takes minutes of the whole machine, so it only runs with the service tests.
pytestmark = [pytest.mark.processes, pytest.mark.services]
Result = dict[str, Any]
FAULTS = ("lost", "twice", "outdated")


def chaos(*arguments: str) -> tuple[int, Result]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.chaos", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=400,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def happened(result: Result) -> set[str]:
    """Return the kinds of harm that were done at least once."""
    kinds = ("worker_kills", "worker_stops", "broker_kills", "database_kills", "full_disks", "failovers")
    return {kind for kind in (*kinds, "clients_ahead", "server_clock_jumps") if result[kind]}


def expected(mode: str, *only_here: str) -> set[str]:
    """Return the harms of every run and those of `only_here`. A disk is filled only where a process may mount one."""
    may_mount = disks.namespace_command(mode) is not None
    everywhere = {"worker_kills", "worker_stops", "broker_kills", "clients_ahead", "server_clock_jumps"}
    return everywhere | set(only_here) | ({"full_disks"} if may_mount else set())


def test_workers_broker_disk_and_clocks_fail_and_nothing_is_lost() -> None:
    code, result = chaos("--attempts", "24")
    assert {fault: result[fault] for fault in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert (code, result["attempts"]) == (0, 24)
    assert happened(result) == expected("embedded")
    assert result["refused"] >= result["full_disks"]


def test_chaos_finds_a_missing_lease() -> None:
    code, result = chaos("--attempts", "24", "--without-lease")
    assert code == 1
    assert result["lost"] >= 1


def test_nothing_is_lost_on_postgresql_and_redis() -> None:
    code, result = chaos("--attempts", "24", "--mode", "services")
    assert {fault: result[fault] for fault in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert (code, result["attempts"]) == (0, 24)
    assert happened(result) == expected("services", "database_kills", "failovers")
