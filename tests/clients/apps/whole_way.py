"""An app on the generated Python client: from signing in to a result. Prints what it did, as JSON.

    python whole_way.py ADDRESS EMAIL PASSWORD COURSE

What a later server may send (values, fields and kinds of questions that this app does not know) does not stop it.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import baeum_client as baeum

POLLS = 300
NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
NOWHERE = UUID(int=0)


class App:
    def __init__(self, address: str) -> None:
        self.configuration = baeum.Configuration(host=address)
        self.client = baeum.ApiClient(self.configuration)
        self.signing_in = baeum.SignInApi(self.client)
        self.account = baeum.AccountApi(self.client)
        self.courses = baeum.CoursesApi(self.client)
        self.quizzes = baeum.QuizzesApi(self.client)
        self.attempts = baeum.AttemptsApi(self.client)

    def sign_in(self, email: str, password: str) -> None:
        signed_in = self.signing_in.sign_in(baeum.SignInInput(email=email, password=password))
        self.configuration.api_key["sessionToken"] = signed_in.meta.session_token or ""

    def read_lesson(self, course: str, entry: baeum.OutlineEntry) -> dict[str, Any]:
        """Read a lesson, note where reading stopped, and mark it as done."""
        lesson = self.courses.lesson_read(entry.uuid)
        self.courses.lesson_position(entry.uuid, baeum.PositionInput(anchor="first.1"))
        done = baeum.ProgressInput(activity=entry.uuid, done=True)
        progress = self.courses.course_progress_mark(course, done)
        return {"title": lesson.title, "progress": progress.progress_percent}

    def take(self, entry: baeum.OutlineEntry) -> dict[str, Any]:
        """Take a quiz: answer what this app can answer, submit, and wait for the result."""
        quiz = self.quizzes.quiz_read(entry.uuid)
        attempt = self.quizzes.attempt_start(entry.uuid)
        saved: dict[str, Any] = {}
        for question in attempt.questions:
            # An app that does not know a kind leaves the question out, and says so to the student.
            if question.kind not in RESPONSES:
                continue
            response = RESPONSES[question.kind](question)
            answer = self.attempts.answer_save(
                question.uuid,
                attempt.uuid,
                baeum.AnswerInput(response=response, sequence=time.time_ns() // 1_000_000),
            )
            saved[question.kind.value] = answer.response.model_dump(mode="json", exclude_none=True)
            if question.kind is baeum.QuestionKind.HAND_IN:
                file = self.attempts.answer_file_add(question.uuid, attempt.uuid, ("notebook.ipynb", NOTEBOOK))
                saved["file"] = file.size
        resumed = self.attempts.attempt_read(attempt.uuid)
        submitted = self.attempts.attempt_submit(attempt.uuid)
        result = self.wait_for_result(attempt.uuid)
        return {
            "quiz": quiz.title,
            "questions": len(resumed.questions),
            "answered": len([question for question in resumed.questions if question.response]),
            "saved": saved,
            "submitted": submitted.status.value,
            "status": result.status.value,
            "outcomes": {question.outcome.value for question in result.questions},
        }

    def wait_for_result(self, attempt: UUID) -> baeum.AttemptResult:
        for _ in range(POLLS):
            answer = self.attempts.attempt_result_with_http_info(attempt)
            if answer.data.status is not baeum.ResultStatus.SUBMITTED:
                return answer.data
            time.sleep(min(float((answer.headers or {}).get("Retry-After", 1)), 1))
        raise TimeoutError("There is no result.")

    def refusal(self) -> dict[str, Any]:
        """Ask for a lesson that does not exist, and return what the refusal says."""
        try:
            self.courses.lesson_read(NOWHERE)
        except baeum.ApiException as refused:
            problem = baeum.Problem.from_json(refused.body or "")
            return {"status": refused.status, "type": problem.type.value if problem else ""}
        raise AssertionError("It was not refused.")

    def sign_out(self) -> int:
        """Sign out, and return the status of the next request."""
        self.account.session_end()
        try:
            self.account.me_read()
        except baeum.ApiException as refused:
            return int(refused.status or 0)
        return 200


def order(question: baeum.AttemptQuestion) -> dict[str, int]:
    return {str(item.uuid): place for place, item in enumerate(question.body.items or [], 1)}


def match(question: baeum.AttemptQuestion) -> dict[str, UUID]:
    pairs = zip(question.body.lefts or [], question.body.rights or [], strict=False)
    return {str(left.uuid): right.uuid for left, right in pairs}


Response = baeum.QuestionResponseInput
RESPONSES: dict[baeum.QuestionKind, Callable[[baeum.AttemptQuestion], Response]] = {
    baeum.QuestionKind.SINGLE_CHOICE: lambda question: Response(choice=question.choices[0].uuid),
    baeum.QuestionKind.MULTIPLE_CHOICE: lambda question: Response(choices=[each.uuid for each in question.choices[:2]]),
    baeum.QuestionKind.SHORT_ANSWER: lambda question: Response(text="데이터 드리프트"),
    baeum.QuestionKind.NUMERIC: lambda question: Response(text="0.25 s"),
    baeum.QuestionKind.ORDERING: lambda question: Response(positions=order(question)),
    baeum.QuestionKind.MATCHING: lambda question: Response(matches=match(question)),
    baeum.QuestionKind.FILL_IN: lambda question: Response(
        blanks={str(blank): "과적합" for blank in question.body.blanks or []}
    ),
    baeum.QuestionKind.HAND_IN: lambda question: Response(text="We watch the distribution of each input."),
}


def main(address: str, email: str, password: str, slug: str) -> dict[str, Any]:
    app = App(address)
    app.sign_in(email, password)
    me = app.account.me_read()
    courses = app.courses.courses_list()
    outline = app.courses.course_outline(slug)
    lesson = next(entry for entry in outline.entries if entry.kind is baeum.ActivityKind.LESSON)
    quiz = next(entry for entry in outline.entries if entry.kind is baeum.ActivityKind.QUIZ)
    return {
        "email": me.email,
        "courses": [course.slug for course in courses.results],
        "entries": len(outline.entries),
        "lesson": app.read_lesson(slug, lesson),
        "attempt": app.take(quiz),
        "refusal": app.refusal(),
        "after": app.sign_out(),
    }


if __name__ == "__main__":
    json.dump(main(*sys.argv[1:]), sys.stdout, default=sorted, ensure_ascii=False)
