"""Owns how the files of quizzes and checks become things; what is wrong with them is added to the folder's faults."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from common.files import schema
from course_files import course as courses_archive
from course_files.course.format import Texts, at, check_languages, check_unique, read_yaml, text_paths, texts
from course_files.files import Folder
from course_files.merging import Fields, Key, canonical
from course_files.plain_yaml import Document
from course_files.plain_yaml import Path as YamlPath
from quizzes.authoring.models import Quiz
from quizzes.questions import KINDS, WAITS_IN_CHECK, Kind, SpecError
from quizzes.questions.short_answers import normalise

_FILE = re.compile(r"(quizzes|checks)/([0-9A-Za-z-]{1,100})\.yaml\Z")
_MINE = re.compile(r"(quizzes|checks)/")
_MARKDOWN = frozenset({"text", "intro", "feedback", "correct", "incorrect", "left", "right", "notes"})

RULES: Fields = {
    "attempts_allowed": 3,
    "counts": "highest",
    "pass_mark": 60,
    "show_answers": Quiz.ShowAnswers.AFTER_PASS.value,
    "shuffle_choices": True,
}
# Rules that a file names only where they are not as here. Dates and the access code are a running course's, not its
# text's: they stay what the admin says.
MORE_RULES: Fields = {
    "shuffle_questions": False,
    "pools": {},
    "time_limit": None,
    "grace": 30,
    "late_rule": Quiz.LateRule.ACCEPT.value,
    "late_deduction": 10,
}
# Rules whose column has another name than the format.
COLUMNS = {"counts": "grading_method"}
# The names of the format that only some kinds know, by what the kind is made of.
_ROWS = {"choices": {"choices"}, "answers": {"accept", "known_wrong", "feedback"}, "": {"feedback"}}


def read_rules(rules: Fields) -> Fields:
    """The rules as a file tells them: the rarer ones only where they are not as usual."""
    return {name: rules[name] for name in RULES} | {
        name: rules[name] for name, usual in MORE_RULES.items() if rules[name] != usual
    }


@dataclass(slots=True)
class QuizFile:
    """One file: the quiz of the activity `slug`, graded or a lesson's check."""

    name: str
    slug: str
    is_check: bool
    document: Document


@dataclass(slots=True)
class Reading:
    """The quizzes of a folder. `titles` are those of graded quizzes, which stand in the course's outline."""

    things: dict[Key, Fields] = field(default_factory=dict)
    titles: dict[str, Texts] = field(default_factory=dict)
    quizzes: dict[str, QuizFile] = field(default_factory=dict)


def read(folder: Folder, course: courses_archive.Reading) -> Reading:
    """Read the quizzes of the course that `course` read from the same folder."""
    reading = Reading()
    lessons = {code: slug for slug, code in course.codes.items()}
    for name in sorted(folder.files):
        named = _FILE.match(name)
        if not named:
            if _MINE.match(name):
                folder.fault(name, 0, _("This file has not the name of a quiz or a check."))
            continue
        is_check = named[1] == "checks"
        document = read_yaml(folder, name, "check" if is_check else "quiz")
        if document is None or not course.languages:
            continue
        slug = lessons.get(named[2], "") if is_check else named[2]
        if is_check and not slug:
            folder.fault(name, 0, _("course.yaml knows no lesson with this number."))
        elif not is_check and document.value["slug"] != slug:
            folder.fault(name, document.line(("slug",)), _("The slug of a quiz is the name of its file."))
        elif not is_check and slug not in course.quizzes:
            folder.fault(name, 0, _("course.yaml knows no quiz of this name."))
        _read_quiz(reading, course, QuizFile(name, slug, is_check, document))
    for slug in course.quizzes:
        if f"quizzes/{slug}.yaml" not in folder.files:
            folder.fault(
                "course.yaml",
                0,
                _("The quiz “%(slug)s” is missing: there is no quizzes/%(slug)s.yaml.") % {"slug": slug},
            )
    return reading


def _read_quiz(reading: Reading, course: courses_archive.Reading, file: QuizFile) -> None:
    folder, name, document = course.folder, file.name, file.document
    value = document.value
    check_languages(folder, name, document, course.languages)
    check_unique(folder, name, document, (("questions", index, "key") for index in range(len(value["questions"]))))
    course.check_texts(name, document, markdown_paths(document))
    for path in document.lines:
        if path[-1:] == ("lesson",) and not course.has_place(at(value, path)):
            message = _("There is no such lesson or heading: %(place)s") % {"place": at(value, path)}
            folder.fault(name, document.line(path), message)
    fields: Fields = {
        "check": file.is_check,
        "intro": texts(value.get("intro")),
        "questions": [question["key"] for question in value["questions"]],
        "archived": False,
    }
    if file.is_check:
        fields["title"] = texts(value.get("title"))
    else:
        fields["rules"] = read_rules({**RULES, **MORE_RULES, **value.get("rules", {})})
        _check_pools(folder, file, fields["rules"].get("pools", {}))
        reading.titles[file.slug] = texts(value["title"])
    reading.quizzes[file.slug] = file
    reading.things["quiz", file.slug] = fields
    for index, question in enumerate(value["questions"]):
        _check_question(folder, file, index, question)
        reading.things["question", file.slug, question["key"]] = _question(question)


def markdown_paths(document: Document) -> Iterator[YamlPath]:
    """Where the texts by language stand that are Markdown: all but titles."""
    return (path for path in text_paths(document) if path[-1] in _MARKDOWN)


def _check_question(folder: Folder, file: QuizFile, index: int, question: Fields) -> None:
    document, path = file.document, ("questions", index)

    def fault(message: str, *below: str | int) -> None:
        folder.fault(file.name, document.line((*path, *below)), message)

    if round(question.get("points", 1), 2) != question.get("points", 1):
        fault(_("Points have at most two decimals."), "points")
    kind = KINDS.get(question["kind"])
    if kind is None:
        fault(_("%(value)s is none of %(limit)s.") % {"value": question["kind"], "limit": ", ".join(KINDS)}, "kind")
        return
    if not _has_its_names(kind, question, fault):
        return
    if spec_fault := _spec_fault(kind, question):
        fault(spec_fault)
    if file.is_check and kind.may_wait(question.get("definition", {})):
        fault(_(WAITS_IN_CHECK))
    if kind.rows == "choices":
        choices = range(len(question["choices"]))
        check_unique(folder, file.name, document, ((*path, "choices", choice, "key") for choice in choices))
    elif kind.rows == "answers":
        _check_answers(question, fault)


def _has_its_names(kind: Kind, question: Fields, fault: Callable[..., None]) -> bool:
    """Whether the question has what its kind is made of; names that belong to other kinds are faults besides."""
    for name in sorted(set().union(*_ROWS.values()) - _ROWS[kind.rows]):
        if name in question:
            fault(_("“%(name)s” does not belong here.") % {"name": name}, name)
    if kind.rows and min(_ROWS[kind.rows]) not in question:
        fault(_("“%(key)s” is missing.") % {"key": min(_ROWS[kind.rows])})
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


def _spec_fault(kind: Kind, question: Fields) -> str:
    """What the kind itself says against a question. Of short answers it says nothing that is not said with its line."""
    return "" if kind.rows == "answers" else fault_of(question)


def fault_of(question: Fields) -> str:
    """What its kind says against a question whose definition is valid, in the reader's language; "" for nothing."""
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
    """Each pool that the rules draw from has enough questions of one worth, and each question's pool is drawn from."""
    members: dict[str, list[Fields]] = {}
    for index, question in enumerate(file.document.value["questions"]):
        if pool := question.get("pool"):
            members.setdefault(pool, []).append(question)
            if pool not in pools:
                line = file.document.line(("questions", index, "pool"))
                folder.fault(file.name, line, _("The quiz does not say how many questions it draws from this pool."))
    for pool, wanted in pools.items():
        line = file.document.line(("rules", "pools", pool))
        inside = members.get(pool, [])
        if len(inside) < wanted:
            folder.fault(file.name, line, _("The pool has fewer questions than the quiz draws from it."))
        if len({question.get("points", 1) for question in inside}) > 1:
            folder.fault(file.name, line, _("All questions of a pool are worth the same."))


def _question(question: Fields) -> Fields:
    kind = KINDS.get(question["kind"])
    fields: Fields = {
        "kind": question["kind"],
        "points": f"{question.get('points', 1):.2f}",
        "lesson": question.get("lesson", ""),
        "text": texts(question["text"]),
        "archived": False,
        **{name: question[name] for name in ("definition", "pool") if question.get(name)},
    }
    if kind is None or kind.rows == "choices":
        return {**fields, "choices": [_choice(choice) for choice in question.get("choices", [])]}
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


def _choice(choice: Fields) -> Fields:
    return {
        "key": choice["key"],
        "correct": choice.get("correct", False),
        "text": texts(choice["text"]),
        "feedback": texts(choice.get("feedback")),
        "lesson": choice.get("lesson", ""),
    }
