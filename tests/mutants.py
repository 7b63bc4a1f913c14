"""Check that a test fails for each small error (mutant) in the modules that a grade depends on (`./run mutants`).

mutmut generates the mutants; this module runs them. The tests are collected and the database is created once. Each mutant runs
in a fork of that process, which runs only the tests that call the changed function, until one fails. See docs/decisions/0018.
Nothing is written to disk: an import hook loads the mutated modules.
"""

import argparse
import difflib
import itertools
import json
import os
import signal
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from mutmut.mutation.file_mutation import MutatedFile, mutate_file_contents
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

from tests.weighty import GROUPS, files, module_of, tests_of

EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")
# The score must be above this percentage.
GOAL = 90
# CPU time limit of a test: this many times its normal time, plus this many seconds.
PATIENCE, ALLOWANCE = 3, 2
# Wall time limit, for tests that wait instead of computing.
MOST_SECONDS = 60


@dataclass(slots=True)
class Mutant:
    """One mutant. `function` is mutmut's name of the changed function; `was` and `now` are the differing lines."""

    group: str
    module: str
    name: str
    was: str
    now: str
    outcome: str = ""

    @property
    def function(self) -> str:
        return f"{self.module}.{self.name.rpartition('__mutmut_')[0]}"

    @property
    def place(self) -> str:
        """Return the readable name: module.Class.function."""
        name = self.name.rpartition("__mutmut_")[0]
        return f"{self.module}.{name.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}"

    @property
    def change(self) -> tuple[str, str, str]:
        return self.place, self.was, self.now


def written(group: str, path: Path) -> tuple[MutatedFile, list[Mutant]]:
    file = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
    lines = file.code.splitlines()

    def body(name: str) -> list[str]:
        # The names of the functions always differ.
        span = file.line_span_by_function_name[name]
        return [line.replace(name, "") for line in lines[span.start - 1 : span.end]]

    mutants = []
    for name in file.mutant_names:
        original = body(f"{name.rpartition('__mutmut_')[0]}__mutmut_orig")
        changes = list(difflib.ndiff(original, body(name)))
        was, now = ("\n".join(line[2:].strip() for line in changes if line[0] == sign) for sign in "-+")
        mutants.append(Mutant(group, module_of(path), name, was, now))
    return file, mutants


class Mutated(MetaPathFinder):
    """Imports the mutated modules. mutmut decides which mutant is active; at first none is."""

    def __init__(self, files: dict[str, MutatedFile]) -> None:
        self.files = files

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.files:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = _Loader(fullname, spec.origin, self.files[fullname].code)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, code: str) -> None:
        super().__init__(fullname, path)
        self.code = code

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.code, self.path, "exec", dont_inherit=True)


@dataclass(slots=True)
class Run:
    """A pytest plug-in that runs the tests once for each mutant."""

    mutants: list[Mutant]
    jobs: int
    known: set[tuple[str, str, str]]
    through: dict[str, list[pytest.Item]] = field(default_factory=lambda: defaultdict(list))
    seconds: dict[str, float] = field(default_factory=dict)
    # The tests that killed a mutant of a function before; they usually kill the next one too.
    finders: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def pytest_configure(self) -> None:
        import hypothesis  # pytest wants to be the first that imports it

        from tests import kept_rows

        kept_rows.is_on = False

        # Hypothesis: the same examples for every mutant, without shrinking.
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutants", derandomize=True, database=None, deadline=None, phases=phases)
        hypothesis.settings.load_profile("mutants")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._run_once(session.items)
        running: dict[int, tuple[Mutant, int]] = {}
        # Run without a mutant in a fork too: a test that fails because of the fork or the order would look like a kill.
        control = Mutant("", "", "", "", "")
        self._start(control, sorted(session.items, key=lambda item: self.seconds[item.nodeid]), running)
        self._reap(running)
        if control.outcome != "survived":
            pytest.exit(
                f"Without any mutant, in a fork: {control.outcome} {self.finders[control.function]}", returncode=2
            )
        for done, mutant in enumerate(self.mutants):
            if len(running) == self.jobs:
                self._reap(running)
            if done % 25 == 0:
                print(f"\r{done}/{len(self.mutants)}", end="", file=sys.stderr, flush=True)
            items = self._tests_of(mutant)
            if items:
                self._start(mutant, items, running)
            else:
                mutant.outcome = "survived"
                self._survived(mutant)
        while running:
            self._reap(running)
        print(file=sys.stderr)
        return True

    def _run_once(self, items: list[pytest.Item]) -> None:
        """Run all tests without a mutant. They must pass; record which functions each test calls, and its duration."""
        set_mutant_under_test("stats")
        for item, following in itertools.pairwise([*items, items[0]]):
            state()._stats.clear()
            _forget()
            before = time.process_time()
            # Always pass a next test, so that session fixtures such as the database are not torn down.
            reports = runtestprotocol(item, nextitem=following, log=False)
            self.seconds[item.nodeid] = time.process_time() - before
            for report in reports:
                if report.failed:
                    pytest.exit(f"{item.nodeid} fails without any mutant:\n{report.longreprtext}", returncode=2)
            for function in state()._stats:
                self.through[function].append(item)
        set_mutant_under_test("")

    def _tests_of(self, mutant: Mutant) -> list[pytest.Item]:
        own = tuple(f"{test}::" for test in tests_of(mutant.group))
        before = self.finders[mutant.function]
        return sorted(
            (item for item in self.through[mutant.function] if item.nodeid.startswith(own)),
            key=lambda item: (item.nodeid not in before, self.seconds[item.nodeid]),
        )

    def _start(self, mutant: Mutant, items: list[pytest.Item], running: dict[int, tuple[Mutant, int]]) -> None:
        reader, writer = os.pipe()
        pid = os.fork()
        if not pid:
            set_mutant_under_test(f"{mutant.module}.{mutant.name}")
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            os._exit(self._find(items, writer))
        os.close(writer)
        running[pid] = (mutant, reader)

    def _find(self, items: list[pytest.Item], writer: int) -> int:
        """Return 1 if a test fails, else 0. A test that takes too long ends the process with a signal."""
        try:
            for item, following in itertools.pairwise([*items, items[0]]):
                signal.setitimer(signal.ITIMER_PROF, PATIENCE * self.seconds[item.nodeid] + ALLOWANCE)
                signal.alarm(MOST_SECONDS)
                _forget()
                if any(found.failed for found in runtestprotocol(item, nextitem=_another(item, following), log=False)):
                    os.write(writer, item.nodeid.encode())
                    return 1
        except BaseException:  # noqa: BLE001 (a mutant that breaks pytest itself is found too)
            return 1
        return 0

    def _reap(self, running: dict[int, tuple[Mutant, int]]) -> None:
        pid, status = os.wait()
        mutant, reader = running.pop(pid)
        with os.fdopen(reader, "rb") as pipe:
            finder = pipe.read().decode()
        if finder and finder not in self.finders[mutant.function]:
            self.finders[mutant.function].append(finder)
        code = os.waitstatus_to_exitcode(status)
        late = code in {-signal.SIGPROF, -signal.SIGALRM}
        mutant.outcome = "timeout" if late else "killed" if code else "survived"
        if mutant.outcome == "survived":
            self._survived(mutant)

    def _survived(self, mutant: Mutant) -> None:
        if mutant.change in self.known:
            mutant.outcome = "equivalent"
        elif mutant.name:
            report = f"{mutant.place}\n{_signed('-', mutant.was)}{_signed('+', mutant.now)}"
            print(f"survived: {report}", flush=True)


def _forget() -> None:
    """Empty what functions keep of their results, which may be those without a mutant."""
    for name, module in list(sys.modules.items()):
        for kept in vars(module).values() if name.startswith("questions.") else ():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()


def _another(item: pytest.Item, following: pytest.Item) -> pytest.Item:
    """Tear down the fixtures that the next test does not need; if it is the same test again, all but the session's."""
    return following if following is not item else _Elsewhere(item)  # type: ignore[return-value]


class _Elsewhere:
    def __init__(self, item: pytest.Item) -> None:
        self.session = item.session

    def listchain(self) -> list[pytest.Session]:
        return [self.session]


def equivalent() -> set[tuple[str, str, str]]:
    """Return (where, was, now) of the mutants that are known to be equivalent."""
    known = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["mutant"]
    return {(entry["of"], entry["was"], now) for entry in known for now in entry["now"]}


def score(mutants: Sequence[Mutant]) -> dict[str, Any]:
    count = {outcome: sum(m.outcome == outcome for m in mutants) for outcome in ("killed", "timeout", "survived")}
    total = sum(count.values())
    found = count["killed"] + count["timeout"]
    return {"mutants": total, **count, "score": round(100 * found / total, 1) if total else 100.0}


def report(mutants: list[Mutant]) -> int:
    places = {mutant.place for mutant in mutants}
    true = {mutant.change for mutant in mutants if mutant.outcome == "equivalent"}
    wrong = sorted(entry for entry in equivalent() - true if entry[0] in places)
    groups = {group: [m for m in mutants if m.group == group] for group in GROUPS}
    print(f"{'':14}{'mutants':>9}{'killed':>9}{'timeout':>9}{'survived':>9}{'score':>9}   equivalent")
    for group, its in groups.items():
        if its:
            figures = score(its)
            same = sum(m.outcome == "equivalent" for m in its)
            print(f"{group:14}" + "".join(f"{value:>9}" for value in figures.values()) + f"{same:>13}")
    for place, was, now in wrong:
        print(f"Found, or not there any longer, and so not equivalent: {place}\n{_signed('-', was)}{_signed('+', now)}")
    figures = score(mutants)
    print(json.dumps(figures), flush=True)
    low = any(its and score(its)["score"] <= GOAL for its in groups.values())
    return 1 if wrong or low else 0


def _signed(sign: str, text: str) -> str:
    return "".join(f"  {sign} {line}\n" for line in text.splitlines())


def chosen(names: Sequence[str]) -> tuple[dict[str, MutatedFile], list[Mutant]]:
    """Return the modules, and the mutants of the named groups, modules or functions; of all if none is named."""
    mutated, mutants = {}, []
    for group in GROUPS:
        for path in files(group):
            file, its = written(group, path)
            its = [m for m in its if not names or any(group == n or f"{m.place}.".startswith(f"{n}.") for n in names)]
            if its:
                mutated[module_of(path)] = file
                mutants += its
    return mutated, mutants


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run mutants", description="Mutation testing; docs/testing.md explains it.")
    parser.add_argument("modules", nargs="*", help=f"{', '.join(GROUPS)}, or the dotted name of a module or a function")
    parser.add_argument("--jobs", type=int, choices=(1, 2), default=1, help="processes at a time")
    options = parser.parse_args(argv)
    mutated, mutants = chosen(options.modules)
    if not mutants:
        parser.error("nothing to mutate is called that")
    sys.meta_path.insert(0, Mutated(mutated))
    tests = {test for mutant in mutants for test in tests_of(mutant.group)}
    # Without these options the tests would not be the same for every mutant.
    how = ["-q", "-s", "-p", "no:randomly", "-p", "no:xdist", "-p", "no:cacheprovider", "-m", "not services"]
    code = int(pytest.main([*sorted(tests), *how], plugins=[Run(mutants, options.jobs, equivalent())]))
    return code or report(mutants)


if __name__ == "__main__":
    sys.exit(main())
