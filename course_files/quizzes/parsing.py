"""Parse the files of quizzes and checks into records, and add a fault to the folder for each mistake in them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from common.files import schema
from course_files.course.parsing import ParsedCourse
from course_files.course.texts import Texts, check_languages, check_unique, read_yaml, text_paths, texts, value_at
from course_files.files import Folder
from course_files.merging import Fields, Key, canonical
from course_files.plain_yaml import Document
from course_files.plain_yaml import Path as YamlPath
from questions import KINDS, WAITS_IN_CHECK, Kind, SpecError
from questions.comparing.short_answers import normalise
from quizzes.authoring.models import Quiz

_QUIZ_FILE = re.compile(r"(quizzes|checks)/([0-9A-Za-z-]{1,100})\.yaml\Z")
_QUIZ_PATHS = re.compile(r"(quizzes|checks)/")
_MARKDOWN_FIELDS = frozenset({"text", "intro", "feedback", "correct", "incorrect", "left", "right", "notes"})

DEFAULT_RULES: Fields = {
    "attempts_allowed": 3,
    "counts": "highest",
    "pass_mark": 60,
    "show_answers": Quiz.ShowAnswers.AFTER_PASS.value,
    "shuffle_choices": True,
}
# Rules that a file contains only if they differ from these defaults. Dates and the access code belong to a running course, not to
# its text. Only the admin sets them, and an import does not change them.
OPTIONAL_RULES: Fields = {
    "shuffle_questions": False,
    "pools": {},
    "time_limit": None,
    "grace": 30,
    "late_rule": Quiz.LateRule.ACCEPT.value,
    "late_deduction": 10,
}
# Rules whose name in the format differs from the name of the column.
COLUMNS = {"counts": "grading_method"}
# Fields that the record of a question has only if they are set.
OPTIONAL_FIELDS = ("definition", "pool", "objective", "level")
# Fields of the format that only some kinds have, by the rows that the kind needs (`Kind.rows`).
_FIELDS_BY_ROWS = {"choices": {"choices"}, "answers": {"accept", "known_wrong", "feedback"}, "": {"feedback"}}


def normalise_rules(rules: Fields) -> Fields:
    """Return the rules as a file contains them: those of OPTIONAL_RULES only if they differ from the default."""
    return {name: rules[name] for name in DEFAULT_RULES} | {
        name: rules[name] for name, default in OPTIONAL_RULES.items() if rules[name] != default
    }


@dataclass(slots=True)
class QuizFile:
    """One file. Its quiz belongs to the activity `slug` and is a graded quiz or a lesson check."""

    name: str
    slug: str
    is_check: bool
    document: Document


@dataclass(slots=True)
class ParsedQuizzes:
    """The quizzes of a folder. `titles` maps the slugs of graded quizzes to their titles, which the outline shows."""

    records: dict[Key, Fields] = field(default_factory=dict)
    titles: dict[str, Texts] = field(default_factory=dict)
    quizzes: dict[str, QuizFile] = field(default_factory=dict)


def parse_quizzes(folder: Folder, course: ParsedCourse) -> ParsedQuizzes:
    """Parse the quizzes of a folder. `course` was parsed from the same folder."""
    parsed = ParsedQuizzes()
    lessons = {code: slug for slug, code in course.codes.items()}
    for name in sorted(folder.files):
        named = _QUIZ_FILE.match(name)
        if not named:
            if _QUIZ_PATHS.match(name):
                folder.add_fault(name, 0, _("This is not a valid name for a quiz or a check."))
            continue
        is_check = named[1] == "checks"
        document = read_yaml(folder, name, "check" if is_check else "quiz")
        if document is None or not course.languages:
            continue
        slug = lessons.get(named[2], "") if is_check else named[2]
        if is_check and not slug:
            folder.add_fault(name, 0, _("course.yaml has no lesson with this number."))
        elif not is_check and document.value["slug"] != slug:
            folder.add_fault(name, document.line(("slug",)), _("The slug of a quiz is the name of its file."))
        elif not is_check and slug not in course.quizzes:
            folder.add_fault(name, 0, _("course.yaml has no quiz of this name."))
        _parse_quiz(parsed, course, QuizFile(name, slug, is_check, document))
    for slug in course.quizzes:
        if f"quizzes/{slug}.yaml" not in folder.files.keys() | folder.left_out:
            folder.add_fault(
                "course.yaml",
                0,
                _("The quiz “%(slug)s” is missing: there is no quizzes/%(slug)s.yaml.") % {"slug": slug},
            )
    return parsed


def _parse_quiz(parsed: ParsedQuizzes, course: ParsedCourse, file: QuizFile) -> None:
    folder, name, document = course.folder, file.name, file.document
    value = document.value
    check_languages(folder, name, document, course.languages)
    check_unique(folder, name, document, (("questions", index, "key") for index in range(len(value["questions"]))))
    course.check_texts(name, document, markdown_paths(document))
    for path in document.lines:
        if path[-1:] == ("lesson",) and not course.has_target(value_at(value, path)):
            message = _("There is no such lesson or heading: %(place)s") % {"place": value_at(value, path)}
            folder.add_fault(name, document.line(path), message)
    fields: Fields = {
        "check": file.is_check,
        "intro": texts(value.get("intro")),
        "questions": [question["key"] for question in value["questions"]],
        "archived": False,
    }
    if file.is_check:
        fields["title"] = texts(value.get("title"))
    else:
        fields["rules"] = normalise_rules({**DEFAULT_RULES, **OPTIONAL_RULES, **value.get("rules", {})})
        _check_pools(folder, file, fields["rules"].get("pools", {}))
        parsed.titles[file.slug] = texts(value["title"])
    parsed.quizzes[file.slug] = file
    parsed.records["quiz", file.slug] = fields
    for index, question in enumerate(value["questions"]):
        _check_question(folder, file, index, question)
        parsed.records["question", file.slug, question["key"]] = _question_record(question)


def markdown_paths(document: Document) -> Iterator[YamlPath]:
    """Return the paths of all texts by language that are Markdown: all except titles."""
    return (path for path in text_paths(document) if path[-1] in _MARKDOWN_FIELDS)


def _check_question(folder: Folder, file: QuizFile, index: int, question: Fields) -> None:
    document, path = file.document, ("questions", index)

    def fault(message: str, *below: str | int) -> None:
        folder.add_fault(file.name, document.line((*path, *below)), message)

    if round(question.get("points", 1), 2) != question.get("points", 1):
        fault(_("Points have at most two decimals."), "points")
    kind = KINDS.get(question["kind"])
    if kind is None:
        fault(_("%(value)s is none of %(limit)s.") % {"value": question["kind"], "limit": ", ".join(KINDS)}, "kind")
        return
    if not _check_fields(kind, question, fault):
        return
    if spec_fault := _find_spec_fault(kind, question):
        fault(spec_fault)
    if file.is_check and kind.may_wait(question.get("definition", {})):
        fault(_(WAITS_IN_CHECK))
    if kind.rows == "choices":
        choices = range(len(question["choices"]))
        check_unique(folder, file.name, document, ((*path, "choices", choice, "key") for choice in choices))
    elif kind.rows == "answers":
        _check_answers(question, fault)


def _check_fields(kind: Kind, question: Fields, fault: Callable[..., None]) -> bool:
    """Return whether the question has the fields that its kind needs, with a valid definition.

    Adds a fault for each missing or invalid field, and for each field that its kind does not have.
    """
    for name in sorted(set().union(*_FIELDS_BY_ROWS.values()) - _FIELDS_BY_ROWS[kind.rows]):
        if name in question:
            fault(_("“%(name)s” does not belong here.") % {"name": name}, name)
    if kind.rows and min(_FIELDS_BY_ROWS[kind.rows]) not in question:
        fault(_("“%(key)s” is missing.") % {"key": min(_FIELDS_BY_ROWS[kind.rows])})
        return False
    messages = schema.faults_by(question.get("definition", {}), kind.schema)
    for message in messages:
        fault(message, *(["definition"] if "definition" in question else []))
    return not messages


def _check_answers(question: Fields, fault: Callable[..., None]) -> None:
    accepted = {normalise(text) for text in question["accept"]}
    if "" in accepted:
        fault(_("An accepted answer is empty once spaces and hyphens are left out."), "accept")
    for number, known in enumerate(question.get("known_wrong", [])):
        if accepted & {normalise(text) for text in known["answers"]}:
            fault(_("A text is listed as accepted and as wrong."), "known_wrong", number)


def _find_spec_fault(kind: Kind, question: Fields) -> str:
    """Return the fault that the kind finds in a question, or "". Short answers are skipped: `_check_answers` checks them."""
    return "" if kind.rows == "answers" else explain_question_fault(question)


def explain_question_fault(question: Fields) -> str:
    """Return the fault that the question's kind finds in it, in the current language, or "" if there is none.

    The definition of the question must be valid.
    """
    kind = KINDS[question["kind"]]
    spec: Fields = {
        "text": question["text"],
        "html": question["text"],
        "points": str(question.get("points", 1)),
        **kind.build(question.get("definition", {}), identify=str, html=lambda given: given),
        "choices": [
            {"uuid": choice["key"], "text": choice["text"], "correct": choice.get("correct", False)}
            for choice in question.get("choices", [])
        ],
        "accept": question.get("accept", []),
        "known_wrong": question.get("known_wrong", []),
    }
    try:
        kind.parse(spec)
    except SpecError as error:
        return _(error.message)
    return ""


def _check_pools(folder: Folder, file: QuizFile, pools: Mapping[str, int]) -> None:
    """Add a fault for each pool that has too few questions, has questions with different points, or is not in the rules."""
    members: dict[str, list[Fields]] = {}
    for index, question in enumerate(file.document.value["questions"]):
        if pool := question.get("pool"):
            members.setdefault(pool, []).append(question)
            if pool not in pools:
                line = file.document.line(("questions", index, "pool"))
                folder.add_fault(
                    file.name, line, _("The quiz does not say how many questions it draws from this pool.")
                )
    for pool, count in pools.items():
        line = file.document.line(("rules", "pools", pool))
        questions = members.get(pool, [])
        if len(questions) < count:
            folder.add_fault(file.name, line, _("The pool has fewer questions than the quiz draws from it."))
        if len({question.get("points", 1) for question in questions}) > 1:
            folder.add_fault(file.name, line, _("All questions of a pool are worth the same."))


def _question_record(question: Fields) -> Fields:
    kind = KINDS.get(question["kind"])
    fields: Fields = {
        "kind": question["kind"],
        "points": f"{question.get('points', 1):.2f}",
        "lesson": question.get("lesson", ""),
        "text": texts(question["text"]),
        "archived": False,
        **{name: question[name] for name in OPTIONAL_FIELDS if question.get(name)},
    }
    if kind is None or kind.rows == "choices":
        return {**fields, "choices": [_choice_record(choice) for choice in question.get("choices", [])]}
    feedback: dict[str, Any] = question.get("feedback", {})
    fields["feedback"] = {name: texts(feedback.get(name)) for name in ("correct", "incorrect")}
    if not kind.rows:
        return fields
    return {
        **fields,
        "accept": [canonical(text) for text in question.get("accept", [])],
        "known_wrong": [
            {"answers": [canonical(text) for text in known["answers"]], "feedback": texts(known.get("feedback"))}
            for known in question.get("known_wrong", [])
        ],
    }


def _choice_record(choice: Fields) -> Fields:
    return {
        "key": choice["key"],
        "correct": choice.get("correct", False),
        "text": texts(choice["text"]),
        "feedback": texts(choice.get("feedback")),
        "lesson": choice.get("lesson", ""),
    }
