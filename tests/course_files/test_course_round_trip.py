"""Folder → database → folder changes no byte, for generated courses and for the shipped one."""

import itertools
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from course_files import course_folder, files
from course_files.course.exporting import course_to_files
from course_files.course.grading import GRADING
from course_files.course.parsing import asset_record
from course_files.course.stored import get_stored_course
from course_files.merging import Fields, Key, canonical
from course_files.quizzes.exporting import quizzes_to_files
from course_files.quizzes.stored import get_stored_quizzes
from questions.comparing.short_answers import normalise
from quizzes.authoring.models import Question
from tests.course_files.sample import NOW

pytestmark = pytest.mark.django_db

COURSE = Path(__file__).parents[2] / "content" / "data-analytics-week-2"
LANGUAGES = ["ko", "en"]
NUMBERS = itertools.count()

# Pieces of text that are special in YAML or Markdown but have no meaning in the format.
PIECES = st.sampled_from(
    ["가", "나다", "a", "Z", " ", "  ", "\n", "\n\n", ": ", "a #b", "- ", "'", '"', "**", "`", "\\", "%", "&", "*", "!",
     "1", "3-1", "yes", "null", "|", ">", "…", "é", "\u00a0", "\u200b", "🙂", "{", "}", ",", "?", "~"]
)  # fmt: skip
# A line that makes the line above it a heading in Markdown; a heading would need an id.
UNDERLINE = re.compile(r"\n[ \u00a0]*[-=]")
# No brackets: they would be links, terms or HTML.
WORDS = st.lists(PIECES, min_size=1, max_size=12).map("".join).map(canonical).filter(bool)
TEXT = WORDS.filter(lambda text: not set("<[") & set(text) and "# " not in text and not UNDERLINE.search(text))
LINE = TEXT.map(lambda text: " ".join(text.split())).filter(bool)
SLUG = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4})?", fullmatch=True)


def texts(one: st.SearchStrategy[str] = TEXT) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({"ko": one}, optional={"en": one})


def both(one: st.SearchStrategy[str] = LINE) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({"ko": one, "en": one})


def edition(language: str) -> st.SearchStrategy[Fields]:
    return st.fixed_dictionaries(
        {
            "title": LINE,
            "minutes": st.integers(1, 99),
            "objectives": st.lists(
                st.fixed_dictionaries({"text": TEXT, "covered_by": st.just(["#summary"])}), max_size=2
            ),
            "rubric": st.lists(
                st.fixed_dictionaries({"key": SLUG, "points": st.integers(1, 9), "title": TEXT, "description": TEXT}),
                max_size=2,
            ),
            "body": TEXT.map(lambda text: canonical(f"x {text}\n\n## {language} {{#summary}}\n\n{text}")),
        }
    )


CHOICE = st.fixed_dictionaries(
    {"key": SLUG, "correct": st.just(False), "text": texts(), "feedback": texts() | st.just({}), "lesson": st.just("")}
)
LEVEL = st.sampled_from(Question.Level.values)
POINTS = st.integers(1, 999).map(lambda number: f"{number / 100:.2f}")


@st.composite
def question(draw: st.DrawFn) -> Fields:
    fields: Fields = {
        "kind": draw(st.sampled_from(["single_choice", "multiple_choice", "short_answer"])),
        "points": draw(POINTS),
        "lesson": "",
        "text": draw(texts()),
        "archived": False,
        **draw(st.fixed_dictionaries({}, optional={"objective": st.integers(1, 20), "level": LEVEL})),
    }
    if fields["kind"] != "short_answer":
        choices = draw(st.lists(CHOICE, min_size=2, max_size=4, unique_by=lambda choice: choice["key"]))
        choices[draw(st.integers(0, len(choices) - 1))]["correct"] = True
        return {**fields, "choices": choices}
    answers = draw(st.lists(LINE.filter(normalise), min_size=2, max_size=5, unique_by=normalise))
    feedbacks = draw(st.lists(texts(), min_size=0, max_size=len(answers) - 1, unique_by=str))
    return {
        **fields,
        "accept": answers[len(feedbacks) :],
        "feedback": {"correct": draw(texts() | st.just({})), "incorrect": draw(texts() | st.just({}))},
        "known_wrong": [
            {"answers": [answer], "feedback": feedback} for answer, feedback in zip(answers, feedbacks, strict=False)
        ],
    }


def add_questions(draw: st.DrawFn, records: dict[Key, Fields], slug: str, fields: Fields) -> None:
    keys = draw(st.lists(SLUG, min_size=1, max_size=3, unique=True))
    records["quiz", slug] = {**fields, "intro": draw(texts() | st.just({})), "questions": keys, "archived": False}
    for key in keys:
        records["question", slug, key] = draw(question())


@st.composite
def weights(draw: st.DrawFn, quizzes: list[str]) -> Fields | None:
    """Grade categories, and weights of some quizzes; None for neither."""
    weight = st.integers(0, 999_999).map(lambda cents: f"{cents / 100:.2f}")
    names = sorted(draw(st.lists(LINE.map(lambda line: line[:100].strip()).filter(bool), max_size=3, unique=True)))
    counted = [
        {"quiz": slug, "weight": draw(weight), "category": draw(st.sampled_from(["", *names]))} for slug in quizzes
    ]
    counted = [each for each in counted if (each["weight"], each["category"]) != ("1.00", "")]
    categories = [{"name": name, "weight": draw(weight), "drop_lowest": draw(st.integers(0, 100))} for name in names]
    return {"categories": categories, "quizzes": counted} if categories or counted else None


@st.composite
def course(draw: st.DrawFn) -> tuple[dict[Key, Fields], dict[Key, Fields], dict[str, bytes]]:
    """A course as (records of the course, records of its quizzes, assets)."""
    records: dict[Key, Fields] = {}
    quizzes: dict[Key, Fields] = {}
    slugs = draw(st.lists(SLUG, min_size=2, max_size=5, unique=True))
    modules = slugs[: draw(st.integers(1, 2))]
    activities = [f"x-{slug}" for slug in slugs]
    records["course",] = {
        "languages": LANGUAGES,
        "title": draw(both()),
        "summary": draw(texts() | st.just({})),
        "enrolment": draw(st.sampled_from(["open", "roster"])),
        "enrolment_code": "",
        "modules": modules,
    }
    for number, slug in enumerate(modules):
        own = [activity for index, activity in enumerate(activities) if index % len(modules) == number]
        records["module", slug] = {"number": number, "title": draw(both()), "activities": own}
    for module in modules:
        for slug in records["module", module]["activities"]:
            number = activities.index(slug)
            base: Fields = {"required": draw(st.booleans()), "archived": False}
            if draw(st.booleans()):
                records["activity", slug] = {**base, "kind": "quiz", "title": draw(both())}
                rules: dict[str, Any] = {
                    "attempts_allowed": draw(st.none() | st.integers(1, 9)),
                    "counts": draw(st.sampled_from(["highest", "last"])),
                    "pass_mark": draw(st.integers(0, 100)),
                    "show_answers": draw(st.sampled_from(["after_each", "after_pass", "never"])),
                    "shuffle_choices": draw(st.booleans()),
                }
                add_questions(draw, quizzes, slug, {"check": False, "rules": rules})
                continue
            kind = draw(st.sampled_from(["reading", "practice"]))
            records["activity", slug] = {**base, "kind": "lesson", "code": f"1-{number}", "lesson_kind": kind}
            for language in LANGUAGES if draw(st.booleans()) else ["ko"]:
                records["edition", slug, language] = draw(edition(language))
            if draw(st.booleans()):
                add_questions(draw, quizzes, slug, {"check": True, "title": draw(both())})
    graded = sorted(key[1] for key, fields in quizzes.items() if key[0] == "quiz" and not fields["check"])
    if grading := draw(weights(graded)):
        records[GRADING] = grading
    for key in draw(st.lists(SLUG, max_size=3, unique=True)):
        records["term", key] = {"lesson": "", "term": draw(both()), "definition": draw(texts())}
    assets = draw(st.dictionaries(SLUG.map(lambda slug: f"{slug}.csv"), st.binary(max_size=20), max_size=2))
    for name, content in assets.items():
        records["asset", name] = asset_record(content)
    return records, quizzes, assets


@given(course())
@settings(
    max_examples=25,
    # The same examples in every run, so that a failure is caused by the change and not by chance.
    derandomize=True,
    deadline=None,
    # Shrinking takes minutes here and helps little.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_generated_courses_survive_import_and_export(
    made: tuple[dict[Key, Fields], dict[Key, Fields], dict[str, bytes]],
) -> None:
    records, quizzes, assets = made
    slug = f"generated-{next(NUMBERS)}"
    written = course_to_files(slug, records, assets) | quizzes_to_files(quizzes, records)
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        files.write(root / "in", written)
        parsed = course_folder.parse(root / "in")
        assert parsed.course.records == records
        assert parsed.quizzes.records == quizzes
        course_folder.import_folder(root / "in", now=NOW)
        stored = get_stored_course(slug)
        assert stored.course is not None
        assert stored.records == records
        assert get_stored_quizzes(stored.course).records == quizzes
        assert course_folder.import_folder(root / "in", now=NOW).changes_nothing
        course_folder.export_folder(stored.course, root / "out")
        assert files.read(root / "out").files == written


def test_the_shipped_course_survives_import_and_export(tmp_path: Path) -> None:
    course_folder.import_folder(COURSE, now=NOW)
    stored = get_stored_course("data-analytics-week-2")
    assert stored.course is not None
    course_folder.export_folder(stored.course, tmp_path / "out")
    assert course_folder.import_folder(tmp_path / "out", now=NOW).changes_nothing
    # The folder in the repository is an export, so that an edit in the admin is a diff of the edited lines.
    folder = {name: data for name, data in files.read(COURSE).files.items() if name not in course_folder.AUTHOR_FILES}
    assert files.read(tmp_path / "out").files == folder


def test_the_files_do_not_depend_on_the_order_in_which_a_database_returns_names() -> None:
    parsed = course_folder.parse(COURSE)
    course, quizzes = parsed.course.records, parsed.quizzes.records
    definitions = [fields for fields in quizzes.values() if fields.get("definition")]
    assert {fields["kind"] for fields in definitions} >= {"numeric", "ordering", "matching", "fill_in", "hand_in"}
    written = quizzes_to_files(quizzes, course)
    turned = {
        key: {
            **fields,
            "definition": reverse(fields.get("definition", {})),
            # Rules are columns, but what is drawn of each pool is an object.
            "rules": {name: reverse(value) for name, value in fields.get("rules", {}).items()},
        }
        for key, fields in quizzes.items()
    }
    assert quizzes_to_files(turned, course) == written


def reverse(value: Any) -> Any:
    """Return a JSON value whose objects have their names in the opposite order."""
    if isinstance(value, list):
        return [reverse(item) for item in value]
    if isinstance(value, dict):
        return {name: reverse(item) for name, item in reversed(value.items())}
    return value
