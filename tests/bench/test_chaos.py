"""The chaos harness finds what it looks for: nothing is lost, and with a planted fault it says so and fails."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.product import ROOT

# Minutes of a whole machine: once a run of CI is enough, so all of it is with the service tests.
pytestmark = [pytest.mark.processes, pytest.mark.services]


def chaos(*arguments: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.chaos", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def test_a_worker_and_the_broker_die_and_nothing_is_lost() -> None:
    code, told = chaos("--attempts", "24")
    assert (code, told["attempts"], told["lost"], told["twice"]) == (0, 24, 0, 0)
    assert told["worker_kills"] >= 1
    assert told["broker_kills"] >= 1


def test_without_the_lease_it_fails() -> None:
    code, told = chaos("--attempts", "24", "--without-lease")
    assert code == 1
    assert told["lost"] >= 1


def test_the_same_on_postgresql_and_redis() -> None:
    code, told = chaos("--attempts", "24", "--mode", "services")
    assert (code, told["attempts"], told["lost"], told["twice"]) == (0, 24, 0, 0)
    assert min(told["worker_kills"], told["broker_kills"], told["database_kills"]) >= 1
