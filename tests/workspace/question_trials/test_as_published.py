"""What a form makes is stored as it is, and a trial grades as the published question does."""

import json
import re
from typing import Any

import pytest
from django.utils import timezone

from course_files.merging import Outcome, Step, digest
from course_files.quizzes.saving import QuizWriter
from course_files.quizzes.stored import get_stored_quizzes
from courses.lessons.rendering import resolver_for
from questions import KINDS
from quizzes.authoring.models import Question, Quiz
from quizzes.authoring.specs import build_spec
from tests.workspace.question_forms.test_faults import base
from workspace.question_trials.unsaved_specs import build_unsaved_spec

_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def anonymous(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a spec in which each uuid is its number of appearance: those of an unsaved question are different."""
    names: dict[str, str] = {}
    text = _UUID.sub(lambda found: names.setdefault(found[0], f"uuid {len(names)}"), json.dumps(spec))
    return {name: value for name, value in json.loads(text).items() if name != "pool"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_is_stored_and_graded_as_in_its_trial(kind: str, quiz: Quiz) -> None:
    record = base(kind)
    record["text"]["en"] = "**Which** is it? {{a}} {{b}} {{c}}"
    quiz.questions.all().delete()
    course = quiz.activity.course
    key = ("question", quiz.activity.slug, "q")
    step = Step(key, Outcome.ADDED, None, record, digest(record))
    QuizWriter(get_stored_quizzes(course), [step], now=timezone.now()).write(course, removed_activities=[])
    assert get_stored_quizzes(course).records[key] == record
    resolver = resolver_for(course)
    published = build_spec(Question.objects.get(key="q"), resolver=resolver)
    assert anonymous(published) == anonymous(build_unsaved_spec(record, resolver=resolver))
