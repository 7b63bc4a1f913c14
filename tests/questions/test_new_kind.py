"""A new kind is one module and one template, nothing else: one that is not in the house is added and taken all the way.

What docs/question-kinds.md shows is what is added here.
"""

import copy
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as current
from django.test import Client
from django.utils import timezone

import questions
from course_files import course_folder
from courses.models import Enrolment, GradeChange
from operations.verify import grades
from questions import KINDS, kinds
from quizzes.attempts.models import Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Question, Quiz
from quizzes.grading import automatic
from quizzes.taking import start
from tests.api import Api
from tests.course_files import sample

PAGE = (Path(__file__).parents[2] / "docs" / "question-kinds.md").read_text(encoding="utf-8")


def shown(language: str) -> str:
    """The one listing of the documentation in this language."""
    (listing,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(listing)


@pytest.fixture(autouse=True)
def true_false(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The kind, as a module beside the others and a template beside theirs; found as they are found."""
    (tmp_path / "true_false.py").write_text(shown("python"), encoding="utf-8")
    (tmp_path / "quizzes" / "kinds").mkdir(parents=True)
    (tmp_path / "quizzes" / "kinds" / "_true_false.html").write_text(shown("html"), encoding="utf-8")
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "questions.kinds.true_false", raising=False)
    found = questions.find_kinds()
    assert set(found) - set(KINDS) == {"true_false"}
    monkeypatch.setitem(KINDS, "true_false", found["true_false"])
    templates: list[dict[str, Any]] = copy.deepcopy(current.TEMPLATES)
    templates[0]["DIRS"] = [tmp_path, *templates[0]["DIRS"]]
    settings.TEMPLATES = templates


@pytest.fixture
def question(quiz: Quiz) -> Question:
    quiz.questions.all().delete()
    question: Question = Question.objects.create(
        quiz=quiz, key="drift", kind="true_false", points=2, text_ko="참인가요?", text_en="Is it true?",
        definition={"holds": True}, correct_feedback_en="Indeed", incorrect_feedback_en="It is not",
    )  # fmt: skip
    publishing.publish(quiz)
    return question


def started(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    quiz.refresh_from_db()
    return start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())


def test_a_new_kind_can_be_answered_on_the_page(
    question: Question, quiz: Quiz, enrolment: Enrolment, alice_client: Client
) -> None:
    attempt = started(quiz, enrolment)
    base, name = f"/attempts/{attempt.uuid}", str(question.uuid)
    page = alice_client.get(f"{base}/").text
    assert f'<input type="radio" name="{name}" value="yes">' in page
    alice_client.post(f"{base}/answers/", {"question": name, name: "yes", "sequence": "1"})
    assert f'name="{name}" value="yes" checked' in alice_client.get(f"{base}/").text
    alice_client.post(f"{base}/submit/", {name: "yes"})
    assert automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    result = alice_client.get(f"{base}/result/").text
    assert '<span class="badge good">Right</span>' in result
    assert "Indeed" in result
    assert GradeChange.objects.get().points == 2
    assert list(grades.find_differences()) == []


def test_a_new_kind_can_be_answered_by_the_api(
    question: Question, quiz: Quiz, enrolment: Enrolment, alice_api: Api
) -> None:
    path = f"attempts/{started(quiz, enrolment).uuid}"
    asked = alice_api.get(path)["questions"][0]
    assert asked["kind"] == "true_false"
    assert asked["body"] == {"chosen": None}
    assert "true" not in str(asked["body"]).lower()
    refused = alice_api.put(f"{path}/answers/{question.uuid}", {"response": {"choice": "perhaps"}}, expect=400)
    assert refused["type"] == "/problems/invalid-response"
    alice_api.put(f"{path}/answers/{question.uuid}", {"response": {"choice": "no"}})
    alice_api.post(f"{path}/submit", expect=202)
    automatic.grade_attempt(attempt_id=Attempt.objects.get().pk, now=timezone.now())
    (result,) = alice_api.get(f"{path}/result")["questions"]
    assert result["outcome"] == "incorrect"
    assert result["points"] == "0.00"
    assert result["response"] == {"choice": "no"}


def test_a_new_kind_can_be_imported_from_a_course_folder(tmp_path: Path, db: None) -> None:
    folder = sample.copy(tmp_path)
    file = folder / "quizzes" / "quiz-tea.yaml"
    asked = (
        "  - key: green-is-oxidised\n    kind: true_false\n    points: 1\n    lesson: tea-kinds\n"
        "    text: {ko: 녹차는 산화됐나요?, en: Is green tea oxidised?}\n    definition: {holds: false}\n"
        "    feedback:\n      correct: {ko: 네, en: So it is}\n      incorrect: {ko: 아니요, en: It is not}\n"
    )
    lesson = re.search(r"lesson: (\S+)", file.read_text(encoding="utf-8"))
    assert lesson
    file.write_text(file.read_text(encoding="utf-8") + asked.replace("tea-kinds", lesson[1]), encoding="utf-8")
    course_folder.parse(folder)
