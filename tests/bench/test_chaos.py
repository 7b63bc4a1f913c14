"""The chaos harness: nothing is lost, and an injected fault makes it fail."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.product import ROOT

# It takes minutes of the whole machine, so it only runs with the service tests.
pytestmark = [pytest.mark.processes, pytest.mark.services]


def chaos(*arguments: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.chaos", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def test_a_worker_and_the_broker_die_and_nothing_is_lost() -> None:
    code, result = chaos("--attempts", "24")
    assert code == 0
    assert result["attempts"] == 24
    assert result["lost"] == 0
    assert result["twice"] == 0
    assert result["worker_kills"] >= 1
    assert result["worker_stops"] >= 1
    assert result["broker_kills"] >= 1


def test_chaos_finds_a_missing_lease() -> None:
    code, result = chaos("--attempts", "24", "--without-lease")
    assert code == 1
    assert result["lost"] >= 1


def test_nothing_is_lost_on_postgresql_and_redis() -> None:
    code, result = chaos("--attempts", "24", "--mode", "services")
    assert code == 0
    assert result["attempts"] == 24
    assert result["lost"] == 0
    assert result["twice"] == 0
    assert min(result["worker_kills"], result["broker_kills"], result["database_kills"]) >= 1
