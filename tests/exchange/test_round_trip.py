"""import(export(x)) = x for everything that a format can express. Losses are listed, and importing keeps those fields."""

from typing import Any

import pytest
from django.utils import timezone

from course_files.merging import Outcome
from course_files.quizzes.stored import get_stored_quizzes
from courses.models import Activity, Module
from exchange import exporting, files
from exchange.imports import import_plan, importing
from quizzes.authoring.models import Question, Quiz
from quizzes.authoring.versions import QuizVersion
from tests.exchange import quizzes
from tests.factories import ActivityFactory, QuizFactory

pytestmark = pytest.mark.django_db
FORMATS = list(files.WRITTEN)
LANGUAGES = ["ko", "en"]


@pytest.fixture
def full(quiz: Quiz) -> Quiz:
    return quizzes.fill(quiz)


@pytest.fixture
def empty(module: Module) -> Quiz:
    activity = ActivityFactory(module=module, slug="empty", kind=Activity.Kind.QUIZ, code="", position=9)
    quiz: Quiz = QuizFactory(activity=activity, questions=0)
    quiz.questions.all().delete()
    return quiz


def question_records(quiz: Quiz) -> dict[str, Any]:
    stored = get_stored_quizzes(quiz.activity.course).records
    return {key[2]: fields for key, fields in stored.items() if key[:2] == ("question", quiz.activity.slug)}


def import_file(quiz: Quiz, content: bytes, language: str) -> import_plan.Plan:
    parsed = importing.parse(content, language=language)
    return importing.execute(quiz=quiz, parsed=parsed, language=language, now=timezone.now())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format", FORMATS)
def test_an_export_imported_into_its_own_quiz_changes_nothing(full: Quiz, format: str, language: str) -> None:
    before, versions = question_records(full), QuizVersion.objects.count()
    made = exporting.export(quiz=full, format=format, language=language)
    plan = import_file(full, made.content, language)
    assert [(entry.key, entry.aspects) for entry in plan.entries if entry.outcome is not Outcome.UNCHANGED] == []
    assert plan.skipped == []
    assert question_records(full) == before
    assert QuizVersion.objects.count() == versions


@pytest.mark.parametrize("format", FORMATS)
def test_control_characters_are_left_out_of_an_export(quiz: Quiz, format: str) -> None:
    short = quiz.questions.get(key="short")
    short.text_en = "What\x0b is \x1cit?"
    short.save()
    short.answers.filter(is_correct=True).update(text="med\x01ian")
    made = exporting.export(quiz=quiz, format=format, language="en")
    parsed = importing.parse(made.content, language="en")
    [question] = [question for question in parsed.questions if question.name == "short"]
    assert question.text == "What is it?"
    assert question.accept == ["median"]


def strip(fields: Any, losing: set[str]) -> Any:
    """The fields without those in `losing`."""
    if isinstance(fields, dict):
        return {name: strip(value, losing) for name, value in fields.items() if name not in losing}
    return [strip(value, losing) for value in fields] if isinstance(fields, list) else fields


# The fields that each format cannot express, by question of the sample quiz.
LOST: dict[str, dict[str, set[str]]] = {
    "moodle": {"gap": {"credit"}, "report": {"rubric", "types"}, "mixed": {"unit"}},
    "qti": {"latency": {"unit", "units"}, "mixed": {"unit"}, "report": {"rubric", "types"}},
    "qti3": {"latency": {"unit", "units"}, "mixed": {"unit"}, "report": {"rubric", "types"}},
    "gift": {
        "latency": {"unit", "units"},
        "steps": {"feedback"},
        "pairs": {"feedback"},
        "report": {"rubric", "files", "notes"},
        "gap": {"credit"},
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format", FORMATS)
def test_exports_in_both_languages_copy_a_quiz(full: Quiz, empty: Quiz, format: str, language: str) -> None:
    other = "en" if language == "ko" else "ko"
    for code in (language, other):
        import_file(empty, exporting.export(quiz=full, format=format, language=code).content, code)
    there, here = question_records(empty), question_records(full)
    if format == "gift":
        del here["gaps"], here["mixed"]  # GIFT does not support several gaps
    assert sorted(there) == sorted(here)
    for key, fields in here.items():
        losing = {"key", *LOST[format].get(key, set()), *({"points"} if format == "gift" else set())}
        expected, found = strip(fields, losing), strip(there[key], losing)
        if key in ("gaps", "gap", "mixed"):
            # The texts contain the keys of the gaps.
            assert len(found["definition"]["blanks"]) == len(expected["definition"]["blanks"])
            expected.pop("text"), found.pop("text")
        assert found == expected, key


@pytest.mark.parametrize("format", FORMATS)
def test_losses_of_a_format_are_listed(full: Quiz, format: str) -> None:
    named = exporting.export(quiz=full, format=format, language="en").losses
    by_key: dict[str, str] = {}
    for key, loss in named:
        by_key[key] = f"{by_key.get(key, '')} {loss}"
    expected = {
        "moodle": {"gap": "all-or-nothing", "report": "rubric", "mixed": "the units of the numbers in its text"},
        "qti": {"latency": "units", "report": "rubric", "mixed": "the units of the numbers in its text"},
        "qti3": {"latency": "units", "report": "rubric", "mixed": "the units of the numbers in its text"},
        "gift": {
            "latency": "units",
            "gaps": "left out: GIFT supports one gap",
            "pairs": "feedback",
            "report": "rubric",
        },
    }
    for key, words in expected[format].items():
        assert words in by_key[key], by_key
    assert "ship" not in by_key


@pytest.mark.parametrize("format", FORMATS)
def test_losses_of_all_formats_are_listed(full: Quiz, format: str) -> None:
    Question.objects.filter(key="ship").update(lesson="lesson-1", pool="releases")
    Question.objects.filter(key="name").update(definition={"near_misses": "review"})
    named = exporting.export(quiz=full, format=format, language="en").losses
    assert [loss.partition(";")[0] for key, loss in named if key == "ship"] == [
        "the lesson that explains it",
        "its pool",
    ]
    assert [loss.partition(";")[0] for key, loss in named if key == "name"][
        -1
    ] == "the review of near misses by a person"


@pytest.mark.parametrize("format", FORMATS)
def test_links_into_the_course_are_listed_as_losses(full: Quiz, format: str) -> None:
    Question.objects.filter(key="ship").update(text_en="See [this](lesson:lesson-1) and [[drift|drift]].")
    named = [loss for key, loss in exporting.export(quiz=full, format=format, language="en").losses if key == "ship"]
    assert [loss.rpartition(": ")[2] for loss in named] == ["the link to lesson:lesson-1", "the link to drift"]


@pytest.mark.parametrize("format", FORMATS)
def test_a_line_break_in_an_answer_is_a_space_in_the_file_and_stays_here(quiz: Quiz, format: str) -> None:
    quiz.questions.get(key="short").answers.filter(is_correct=True).update(text="the\nmedian")
    made = exporting.export(quiz=quiz, format=format, language="en")
    parsed = importing.parse(made.content, language="en")
    assert [question.accept for question in parsed.questions if question.name == "short"] == [["the median"]]
    assert import_file(quiz, made.content, "en").changes_nothing


@pytest.mark.parametrize(("format", "words"), [("moodle", "<shuffleanswers>false<"), ("gift", "")])
def test_an_export_says_that_the_quiz_does_not_shuffle(full: Quiz, format: str, words: str) -> None:
    Quiz.objects.filter(pk=full.pk).update(shuffle_choices=False)
    full.refresh_from_db()
    made = exporting.export(quiz=full, format=format, language="en")
    assert words in made.content.decode()
    assert any("the order of its choices" in loss for _key, loss in made.losses) is (format == "gift")
