"""Measure how long reading a large file of questions takes, and its memory: `python -m bench.question_files`.

Each file is read in a process of its own, as the worker reads it. With `--beside FOLDER`, another checkout of this product
reads the same files in turn, and the lines say how many times faster this one is.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What the child prints: seconds of processor time to read the file, to plan its import, and the peak of memory in megabytes.
CHILD = """
import json, os, resource, sys, time
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
import django
django.setup()
content = open(sys.argv[1], "rb").read()
try:
    from exchange.imports import import_plan, importing, jobs
except ImportError:  # An older release.
    import_plan = None
    try:
        from exchange.imports import importing
    except ImportError:
        from quizzes.exchange import importing
for module in list(sys.modules.values()):
    for name in ("MAX_QUESTIONS", "MAX_ELEMENTS"):
        if getattr(module, "__name__", "").split(".")[0] in ("quizzes", "exchange", "common") and hasattr(module, name):
            setattr(module, name, max(getattr(module, name), 2_000_000))
start = time.process_time()
parsed = importing.parse(content, language="en")
found = {"read_s": time.process_time() - start, "questions": len(parsed.questions), "skipped": len(parsed.skipped)}
if sys.argv[2] == "plan" and import_plan is not None:
    start = time.process_time()
    plan = import_plan.plan(slug="quiz", records={}, parsed=parsed, language="en", keep_steps=False)
    json.dumps(jobs.describe(plan))
    found["plan_s"] = time.process_time() - start
found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps(found))
"""


def gift(number: int, padding: str) -> str:
    return (
        f"::Question {number}::Which of these is the value number {number} of the series? {padding}"
        f"{{={number} is the value#Yes. ~{number + 1} is the value#No. ~none of them ~<b>all</b> of them}}\n\n"
    )


def moodle(number: int, padding: str) -> str:
    answers = "".join(
        f'<answer fraction="{fraction}"><text>{text}</text></answer>'
        for fraction, text in ((100, f"{number} is it"), (0, f"{number + 1} is it"), (0, "none"))
    )
    return (
        f'<question type="multichoice"><name><text>Question {number}</text></name><questiontext format="html"><text>'
        f"<![CDATA[<p>Which is number <b>{number}</b>? {padding}</p>]]></text></questiontext><single>true</single>{answers}"
        "</question>"
    )


# {format: (before, question, after)}
FORMATS: dict[str, tuple[str, Callable[[int, str], str], str]] = {
    "gift": ("", gift, ""),
    "moodle": ("<quiz>", moodle, "</quiz>"),
}


def content(name: str, count: int, size: int) -> str:
    """Return a file of `count` questions and about `size` bytes: the texts of the questions fill it."""
    before, question, after = FORMATS[name]
    free = size // count - len(question(count, ""))
    padding = " ".join(["word"] * (free // 5)) if free > 0 else ""
    return before + "".join(question(number, padding) for number in range(count)) + after


def measure(checkout: Path, file: Path, what: str) -> dict[str, float]:
    done = subprocess.run(
        [str(checkout / ".venv" / "bin" / "python"), "-c", CHILD, str(file), what],
        cwd=checkout, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{checkout}: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--megabytes", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3, help="of which the best counts")
    parser.add_argument("--beside", type=Path, help="another checkout, with an environment (.venv)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in FORMATS:
            file = Path(folder) / name
            text = content(name, options.questions, int(options.megabytes * 1_000_000))
            file.write_text(text, encoding="utf-8")
            own, other = [], []
            for _round in range(options.rounds):
                if options.beside:
                    other.append(measure(options.beside, file, "read"))
                own.append(measure(ROOT, file, "plan"))
            best = min(own, key=lambda found: found["read_s"] + found["plan_s"])
            line: dict[str, float] = {"megabytes": len(text.encode()) / 1_000_000, **best}
            line["all_s"] = best["read_s"] + best["plan_s"]
            if other:
                line["beside_read_s"] = min(found["read_s"] for found in other)
                line["times_faster"] = line["beside_read_s"] / min(found["read_s"] for found in own)
            print(json.dumps({"format": name, **{key: round(value, 2) for key, value in line.items()}}))


if __name__ == "__main__":
    main()
