"""Take and submit a quiz as a mobile app does, over HTTP, against a running product."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from tests.product import wait_for


@dataclass
class App:
    """An app of a signed-in person."""

    address: str
    headers: dict[str, str] = field(default_factory=dict)

    def sign_in(self, email: str, password: str) -> "App":
        status, answer = self.call("POST", "/_allauth/app/v1/auth/login", {"email": email, "password": password})
        assert status == 200, answer
        self.headers["X-Session-Token"] = answer["meta"]["session_token"]
        return self

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send one request. Return the status and the answer's JSON, also for refusals."""
        request = urllib.request.Request(
            self.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Accept-Language": "en", "Content-Type": "application/json", **self.headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read() or "null")
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or "null")

    def get(self, path: str) -> Any:
        status, answer = self.call("GET", f"/api/v1/{path}")
        assert status == 200, answer
        return answer

    def start_quiz(self, course: str) -> Any:
        """Start the course's first required quiz and answer every question with its first choice. Return the attempt."""
        entries = self.get(f"courses/{course}/outline")["entries"]
        entry = next(entry for entry in entries if entry["kind"] == "quiz" and entry["required"])
        status, attempt = self.call("POST", f"/api/v1/quizzes/{entry['uuid']}/attempts", {})
        assert status in (200, 201), attempt
        for question in attempt["questions"]:
            first_choice = question["choices"][0]["uuid"] if question["choices"] else ""
            response = {
                "single_choice": {"choice": first_choice},
                "multiple_choice": {"choices": [first_choice]},
                "short_answer": {"text": "data drift"},
            }[question["kind"]]
            path = f"/api/v1/attempts/{attempt['uuid']}/answers/{question['uuid']}"
            status, saved = self.call("PUT", path, {"response": response, "sequence": 1})
            assert status == 200, saved
        return attempt

    def submit(self, attempt: Any) -> int:
        return self.call("POST", f"/api/v1/attempts/{attempt['uuid']}/submit", {})[0]

    def result(self, attempt: Any, *, seconds: float = 60) -> Any:
        """Wait for the result and return it."""

        def graded() -> Any:
            answer = self.get(f"attempts/{attempt['uuid']}/result")
            return answer if answer["status"] == "graded" else None

        return wait_for(graded, seconds=seconds, every=0.2)
