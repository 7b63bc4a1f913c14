"""Send concurrent requests of one student from two devices, each on its own connection; run by `test_rivals`.

The requests alternate between page and API.
`python -m tests.quizzes.rivals start|save|submit` on a new database prints one line of JSON.
"""

import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import django
from django.db import connections

SUBMITS, STARTS, SAVES = 50, 20, 30


def rivals(requests: list[Callable[[], int]]) -> dict[str, int]:
    """How often each status was the answer; all are sent when the last one is ready."""
    gate = threading.Barrier(len(requests))
    answered: list[int] = []

    def send(request: Callable[[], int]) -> None:
        try:
            gate.wait()
            answered.append(request())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {str(status): count for status, count in Counter(answered).items()}


def main(what: str) -> dict[str, Any]:
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone

    from courses.models import ActivityCompletion, Enrolment, GradeChange, ProgressEvent
    from quizzes.attempts.models import Answer, Attempt
    from quizzes.authoring.models import Quiz
    from quizzes.grading import automatic
    from quizzes.grading.models import AttemptGrade
    from quizzes.taking import start
    from tests.factories import (
        ActivityFactory,
        CourseFactory,
        EnrolmentFactory,
        ModuleFactory,
        QuizFactory,
        right_answers,
    )

    call_command("migrate", verbosity=0)
    module = ModuleFactory(course=CourseFactory(slug="statistics"))
    quiz: Quiz = QuizFactory(activity=ActivityFactory(module=module, slug="quiz", kind="quiz", code=""))
    # One attempt is allowed: who starts it twice is not to hear that there is none left.
    Quiz.objects.update(attempts_allowed=1)
    enrolment: Enrolment = EnrolmentFactory(course=module.course)

    def device() -> dict[str, str]:
        client = Client()
        client.force_login(enrolment.user)
        return {"sessionid": client.session.session_key or ""}

    first, second = device(), device()

    def page(path: str, form: dict[str, Any], session: dict[str, str]) -> Callable[[], int]:
        client = Client(raise_request_exception=False, SERVER_NAME="localhost")
        client.cookies[django.conf.settings.SESSION_COOKIE_NAME] = session["sessionid"]
        return lambda: client.post(path, form).status_code

    def api(method: str, path: str, body: dict[str, Any], session: dict[str, str]) -> Callable[[], int]:
        client = Client(
            raise_request_exception=False, SERVER_NAME="localhost", headers={"X-Session-Token": session["sessionid"]}
        )
        return lambda: client.generic(method, f"/api/v1{path}", json.dumps(body), "application/json").status_code

    if what == "start":
        requests = []
        for _ in range(STARTS // 2):
            requests.append(page("/courses/statistics/quizzes/quiz/start/", {}, first))
            requests.append(api("POST", f"/quizzes/{quiz.activity.uuid}/attempts", {}, second))
        return {"answers": rivals(requests), "attempts": Attempt.objects.count()}
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    if what == "save":
        question = str(quiz.questions.get(kind="short_answer").uuid)
        requests = []
        for sequence in range(1, SAVES + 1):
            form = {"question": question, question: f"answer {sequence}", "sequence": sequence}
            body = {"response": {"text": f"answer {sequence}"}, "sequence": sequence}
            path = f"/attempts/{attempt.uuid}/answers/{question}"
            requests.append(
                api("PUT", path, body, second)
                if sequence % 2
                else page(f"/attempts/{attempt.uuid}/answers/", form, first)
            )
        answers = rivals(requests)
        return {"answers": answers, "rows": list(Answer.objects.values_list("response", "sequence"))}
    right = right_answers(quiz)
    form = {str(question): next(iter(response.values())) for question, response in right.items()}
    body = {"answers": {str(question): response for question, response in right.items()}}
    requests = []
    for _ in range(SUBMITS // 2):
        requests.append(page(f"/attempts/{attempt.uuid}/submit/", form, first))
        requests.append(api("POST", f"/attempts/{attempt.uuid}/submit", body, second))
    submitted = rivals(requests)
    graded = rivals(
        [lambda: int(automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())) for _ in range(SUBMITS)]
    )
    attempt.refresh_from_db()
    return {
        "answers": submitted,
        "graded": graded,
        "status": attempt.status,
        "percent": attempt.percent,
        "saved": Answer.objects.count(),
        "grades": AttemptGrade.objects.count(),
        "ledger": GradeChange.objects.count(),
        "done": ActivityCompletion.objects.count(),
        "events": ProgressEvent.objects.count(),
    }


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
    django.setup()
    print(json.dumps(main(sys.argv[1])))  # noqa: T201
