"""Send generated requests to a started product and compare the answers with docs/openapi.yaml; `./run fuzz` runs it.

schemathesis makes the requests: as nobody, as a student with made-up ids, and as a student with the ids of a real attempt.
A run fails at a server error or at an answer that the schema does not document. It takes a few minutes, so it is not in CI.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.app import App
from tests.contract import SCHEMA
from tests.product import Product, free_port

COURSE = "data-analytics-week-2"
STUDENT = ("student@example.com", "week2-demo")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
# Requests that are generated for each operation and phase.
EXAMPLES = 25


def real_ids(app: App) -> str:
    """The configuration of schemathesis that fills the ids of a started attempt into the addresses."""
    attempt: Any = app.start_quiz(COURSE)
    entries = app.get(f"courses/{COURSE}/outline")["entries"]
    lesson = next(entry["uuid"] for entry in entries if entry["kind"] == "lesson")
    quiz = next(entry["uuid"] for entry in entries if entry["kind"] == "quiz")
    of_path = {"/api/v1/lessons/": lesson, "/api/v1/quizzes/": quiz, "/api/v1/attempts/": attempt["uuid"]}
    lines = ["[parameters]", f'"path.slug" = "{COURSE}"', f'"path.question" = "{attempt["questions"][0]["uuid"]}"']
    for path, uuid in of_path.items():
        lines += ["[[operations]]", f'include-path-regex = "^{path}"', f'parameters = {{ "path.uuid" = "{uuid}" }}']
    return "\n".join(lines)


def run(name: str, address: str, *options: str, configuration: str = "", arguments: list[str]) -> bool:
    """Run schemathesis once. Returns whether it found nothing."""
    print(f"\n=== {name} ===", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "schemathesis.toml"
        file.write_text(configuration, encoding="utf-8")
        command = [
            str(Path(sys.executable).with_name("st")), "--config-file", str(file), "run", str(SCHEMA),
            "--url", address, "--checks", ",".join(CHECKS), "--max-examples", str(EXAMPLES),
            "--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--warnings", "off", "--no-color",
            *options, *arguments,
        ]  # fmt: skip
        return subprocess.run(command, cwd=folder, check=False).returncode == 0


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder) / "home", free_port(), {"BAEUM_API_RATE": "0", "BAEUM_API_ANONYMOUS_RATE": "0"})
        try:
            product.start().wait_until_ready()
            app = App(product.address).sign_in(*STUDENT)
            # Signing out would end the student's run.
            student = [
                "--header",
                f"X-Session-Token: {app.headers['X-Session-Token']}",
                "--exclude-path",
                "/api/v1/session",
            ]
            passed = [
                run("nobody", product.address, arguments=arguments),
                run("a student, made-up ids", product.address, *student, arguments=arguments),
                run("a student, real ids", product.address, *student, configuration=real_ids(app), arguments=arguments),
            ]
        finally:
            product.kill()
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
