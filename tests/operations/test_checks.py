"""`./run check` runs its checks beside each other and says of each what became of it."""

import threading

import pytest

from operations import checks

RENDEZVOUS_LIMIT = 30


def test_a_failed_check_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {"first": lambda: (True, ""), "second": lambda: (False, "line 7 is wrong\n"), "mypy": lambda: (True, "")}
    monkeypatch.setattr(checks, "CHECKS", found)
    assert checks.main([]) == 1
    assert capsys.readouterr().out == (
        "ok     first\nFAILED second\nline 7 is wrong\nok     mypy\n1 of 3 checks failed.\n"
    )


def test_only_the_checks_that_are_named_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "CHECKS", {"first": lambda: (True, ""), "second": lambda: (False, "")})
    assert checks.main(["first"]) == 0
    assert capsys.readouterr().out == "ok     first\nAll checks passed.\n"


def test_on_two_processors_two_checks_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    met = threading.Barrier(2, timeout=RENDEZVOUS_LIMIT)

    def meet() -> checks.Outcome:
        met.wait()
        return True, ""

    monkeypatch.setattr(checks, "CHECKS", {"first": meet, "second": meet})
    assert checks.main([]) == 0
