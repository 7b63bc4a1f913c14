"""Run the static checks of `./run check` beside each other and print one line for each. A failed one does not stop the others."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polib

from common.korean.messages import faults

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]

# Environment variables of a production site that does not exist. The checks only need values in a valid format.
PRODUCTION = {
    "BAEUM_ENV": "production",
    "SECRET_KEY": "check-only-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "learn.example",
    "DATABASE_URL": "postgres://baeum@127.0.0.1:1/baeum",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "BAEUM_URL": "https://learn.example",
    "DEFAULT_FROM_EMAIL": "Baeum <no-reply@learn.example>",
}

Outcome = tuple[bool, str]


def command(*words: str | Path, **environment: str) -> Callable[[], Outcome]:
    """Return a function that runs a command and returns (whether its exit status was 0, its output)."""

    def run() -> Outcome:
        done = subprocess.run(
            [str(word) for word in words],
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode == 0, done.stdout + done.stderr

    return run


# djangofmt cannot break a line where white space would be visible. Restructure a longer line by hand.
LONGEST_TEMPLATE_LINE = 160


def template_files() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def template_formatters(*options: str) -> list[Callable[[], Outcome]]:
    """Return the formatters: djade formats Django tags, djangofmt formats HTML. They do not conflict."""
    return [
        command(BIN / "djade", "--target-version", "5.2", *options, *template_files()),
        command(BIN / "djangofmt", *options, ROOT / "templates"),
    ]


def format_templates() -> int:
    """Format the templates. Return 0 if they pass the check afterwards, else 1.

    The exit statuses of the formatters are ignored, because djade exits with 1 after a change.
    """
    for formatter in template_formatters():
        _, output = formatter()
        print(output.strip(), flush=True)
    return 0 if templates()[0] else 1


def templates() -> Outcome:
    """Check the format of the templates and the length of their lines."""
    faults = [output for passed, output in (run() for run in template_formatters("--check")) if not passed]
    faults += [
        f"{path.relative_to(ROOT)}:{number}: a line of {len(line)} characters\n"
        for path in template_files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LONGEST_TEMPLATE_LINE
    ]
    return not faults, "".join(faults)


def texts(entry: polib.POEntry) -> list[str]:
    """Return the translations of an entry: one, or one for each plural form."""
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def _entries(catalogue: Path) -> list[polib.POEntry]:
    return [entry for entry in polib.pofile(str(catalogue)) if not entry.obsolete]


def translations() -> Outcome:
    """Check that the Korean catalogue has no empty or fuzzy entries and contains every message of the code.

    Extracting the messages needs xgettext. Without it only the entries are checked, and the output says so.
    """
    catalogue = ROOT / "locale/ko/LC_MESSAGES/django.po"
    before = catalogue.read_text()
    entries = _entries(catalogue)
    bad = [entry.msgid for entry in entries if not entry.translated() or entry.fuzzy]
    if bad:
        return False, "Empty or fuzzy: " + "; ".join(bad[:10])
    # Also those that replace a library's translation.
    korean = [entry for path in ROOT.glob("locale/**/ko/LC_MESSAGES/*.po") for entry in _entries(path)]
    unsure = [fault for entry in korean for text in texts(entry) for fault in faults(text)]
    if unsure:
        return False, "Write particles as {을/를} (docs/korean-particles.md): " + "; ".join(unsure[:10])
    if command("xgettext", "--version")()[0] is False:
        return True, "xgettext is not installed: the code was not searched for new messages."
    try:
        done, output = command(
            *MANAGE, "makemessages", "-l", "ko", "-i", ".venv", "--no-location", "--no-wrap", "-v0"
        )()
        if not done:
            return False, output
        after = {entry.msgid for entry in polib.pofile(str(catalogue)) if not entry.obsolete}
    finally:
        catalogue.write_text(before)
    missing = sorted(after - {entry.msgid for entry in entries})
    return not missing, "Not in the catalogue: " + "; ".join(missing[:10]) if missing else ""


def openapi() -> Outcome:
    """Check that docs/openapi.yaml is up to date, and that generating it gives no warning."""
    with tempfile.NamedTemporaryFile(suffix=".yaml") as fresh:
        done, output = command(*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", fresh.name)()
        if not done:
            return False, output
        if Path(fresh.name).read_bytes() != (ROOT / "docs/openapi.yaml").read_bytes():
            return (
                False,
                "docs/openapi.yaml is out of date: ./run manage spectacular --file docs/openapi.yaml",
            )
    return True, ""


def api_linters() -> Outcome:
    """Let Redocly and Spectral read docs/openapi.yaml, if they are installed. CI installs them and fails if they were skipped."""
    done, output = command(sys.executable, "-m", "pytest", "-q", "-rs", "tests/clients/test_linters.py")()
    if done and "SKIPPED" in output:
        return True, "Redocly and Spectral are not installed: ./run clients installs them."
    return done, "" if done else output


CHECKS: dict[str, Callable[[], Outcome]] = {
    "ruff": command(BIN / "ruff", "check", "."),
    "format": command(BIN / "ruff", "format", "--check", "."),
    "mypy": command(BIN / "mypy", "."),
    "import contracts": command(BIN / "lint-imports"),
    "templates": templates,
    "typos": command(BIN / "typos", "--format", "brief"),
    "migration linter": command(sys.executable, "-m", "operations.migration_linter"),
    "fonts": command(sys.executable, ".ci/fonts.py"),
    "message kinds": command(sys.executable, "-m", "accounts.messages.checking"),
    "migrations": command(*MANAGE, "makemigrations", "--check", "--dry-run"),
    "translations": translations,
    "OpenAPI": openapi,
    "API linters": api_linters,
    "personal data": command(*MANAGE, "personal_data"),
    "course": command(*MANAGE, "check_course", "content/data-analytics-week-2"),
    "deploy": command(*MANAGE, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION),
}


# They begin first, so that no processor waits for one of them at the end.
LONGEST = ("mypy", "import contracts", "OpenAPI", "translations")


def main(names: list[str]) -> int:
    """Run the checks of these names, or all, as many at a time as there are processors. Return 0 if all have passed, else 1."""
    chosen = [name for name in CHECKS if name in names or not names]
    failed = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {name: pool.submit(CHECKS[name]) for name in sorted(chosen, key=lambda name: name not in LONGEST)}
        for name in chosen:
            passed, output = running[name].result()
            print(f"{'ok    ' if passed else 'FAILED'} {name}", flush=True)
            if not passed:
                failed.append(name)
                print(output.strip()[-6000:], flush=True)
            elif output.strip() and name in ("translations", "API linters"):
                print(f"       {output.strip()}", flush=True)
    print(
        f"{len(failed)} of {len(names) or len(CHECKS)} checks failed." if failed else "All checks passed.", flush=True
    )
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--format-templates"]:
        sys.exit(format_templates())
    sys.exit(main(sys.argv[1:]))
