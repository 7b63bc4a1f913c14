"""Run the commands of docs/mobile-quickstart.md against the product."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.product import ROOT, Product

GUIDE = ROOT / "docs" / "mobile-quickstart.md"


@pytest.mark.processes
@pytest.mark.usefixtures("prepared")
@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_the_guide_leads_from_sign_in_to_a_graded_result(product: Product, tmp_path: Path) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 8
    script = tmp_path / "guide.sh"
    script.write_text("set -eu\n" + "\n".join(blocks), encoding="utf-8")
    product.start().wait_until_ready()

    done = subprocess.run(
        ["sh", str(script)],
        env={"PATH": os.environ["PATH"], "SITE": product.address, "TMPDIR": str(tmp_path), "LC_ALL": "C.UTF-8"},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr + product.log
    assert done.stdout.startswith("student@example.com\n")
    assert "304\n(412, '/problems/precondition-failed')\n" in done.stdout
    # Each question of a quiz has an answer.
    questions = re.findall(r"^\d+\. \((\w+)\)", done.stdout, re.MULTILINE)
    assert len(questions) > 1
    assert done.stdout.count("saved 20") == len(questions)
    assert "graded: " in done.stdout
    assert re.search(r"^\d+ files, \d+ bytes\nTrue$", done.stdout, re.MULTILINE)
    assert "['applied', 'applied', 'conflict', 'evidence', 'rejected']\n" * 2 in done.stdout
    assert "302\nthe late answer counts: True\n" in done.stdout
    assert "['Changed on the phone', 'Changed on the tablet']\ndeleted: 1\n" in done.stdout
    assert "student@new.example\nstudent@example.com\n" in done.stdout
    assert "(404, '/problems/not-found')" in done.stdout
    arrived = re.search(r"^(\d+) of 588895 bytes arrived\n204\n\('handed_in', 588895\)$", done.stdout, re.MULTILINE)
    assert arrived
    assert 0 < int(arrived[1]) < 588895
    assert done.stdout.rstrip().endswith("401\n401\n401\n204")
