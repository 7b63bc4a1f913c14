"""Fail if a test report contains a test that was skipped for one of the given reasons and should have run."""

import sys
import xml.etree.ElementTree as ET
from pathlib import Path


def main(report: str, *reasons: str) -> int:
    tree = ET.parse(Path(report))  # noqa: S314 (written by pytest a moment ago)
    cases = list(tree.iter("testcase"))
    wrong = [
        f"{case.get('classname')}::{case.get('name')}: {skip.get('message')}"
        for case in cases
        for skip in case.iter("skipped")
        if any(reason in (skip.get("message") or "") for reason in reasons)
    ]
    sys.stdout.write(
        "\n".join([*wrong, f"{len(cases)} tests reported, {len(wrong)} skipped that should have run"]) + "\n"
    )
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
