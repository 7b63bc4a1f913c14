"""The result lines of the bench are as docs/bench.md describes them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import flows, sides
from bench.load import BenchError, Timing, timing
from bench.measures import NAMES, best, line
from quizzes.taking.pages.results import POLL_DELAYS
from tests.product import ROOT

FIELDS = ["name", "mode", "c", "rps", "p50_ms", "p95_ms", "yardstick", "yardstick_rps", "ratio"]


def test_a_line_has_its_fields_and_the_ratio() -> None:
    result = json.loads(line("lesson_page", "embedded", 16, Timing(100, 1, 2), "/page", Timing(250, 1, 2)))
    assert list(result) == FIELDS
    assert result["ratio"] == 0.4


def test_timings_are_quantiles_in_milliseconds() -> None:
    found = timing([number / 1000 for number in range(1, 101)], took=2.0)
    assert found.rps == 50
    assert found.p50_ms == pytest.approx(50.5)
    assert found.p95_ms == pytest.approx(95.05)
    assert timing([0.01], took=1.0).p95_ms == pytest.approx(10)
    assert best([Timing(1, 9, 9), Timing(3, 1, 1), Timing(2, 5, 5)]).rps == 3


def test_docs_name_every_measure() -> None:
    table = (ROOT / "docs" / "bench.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"| `{name}` |" not in table] == []


@pytest.mark.processes
def test_both_sides_are_measured(prepared_home: Path) -> None:
    chosen = ["--only", "lesson_page", "submit_to_graded", "-c", "2", "--state", str(prepared_home)]
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", *chosen],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = [json.loads(each) for each in done.stdout.splitlines()]
    assert [(each["name"], each["c"]) for each in result] == [("lesson_page", 2), ("submit_to_graded", 2)]
    assert all(list(each) == FIELDS and each["rps"] > 0 and each["yardstick_rps"] > 0 for each in result)


@pytest.mark.parametrize("arguments", [["--only", "nothing"], ["-c", "0"], ["--seconds", "99"]])
def test_a_wrong_argument_is_refused_without_a_traceback(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_bench_polls_for_a_result_at_the_intervals_of_the_page() -> None:
    looks = [*flows.LOOKS, *[flows.LOOKS[-1]] * 70]
    assert [round(look * 1000) for look in looks] == list(POLL_DELAYS[: len(looks)])


def test_a_course_that_was_not_imported_is_named_with_the_reason(tmp_path: Path) -> None:
    product, students = tmp_path / "product.log", tmp_path / "students.log"
    product.write_text("The course in data-analytics-week-2 was not imported: There are 2 problems.")
    failing = sides.start(["-c", "raise SystemExit('Course.DoesNotExist')"], sides.environment(), students)
    with pytest.raises(BenchError) as refused, sides.explained_by(product):
        sides.result_of(failing, students)
    assert "Course.DoesNotExist" in str(refused.value)
    assert "was not imported: There are 2 problems." in str(refused.value)
