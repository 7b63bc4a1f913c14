"""Owns how the files of quizzes and checks become things; what is wrong with them is added to the folder's faults."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from common.folders import Folder
from common.merging import Fields, Key, canonical
from common.plain_yaml import Document
from common.plain_yaml import Path as YamlPath
from courses import archive as courses_archive
from courses.archive.format import Texts, at, check_languages, check_unique, read_yaml, text_paths, texts
from quizzes.models import Question, Quiz
from quizzes.short_answers import normalise

_FILE = re.compile(r"(quizzes|checks)/([0-9A-Za-z-]{1,100})\.yaml\Z")
_MINE = re.compile(r"(quizzes|checks)/")
_MARKDOWN = frozenset({"text", "intro", "feedback", "correct", "incorrect"})
CHOICE_KINDS = frozenset({Question.Kind.SINGLE_CHOICE.value, Question.Kind.MULTIPLE_CHOICE.value})

RULES: Fields = {
    "attempts_allowed": 3,
    "counts": "highest",
    "pass_mark": 60,
    "show_answers": Quiz.ShowAnswers.AFTER_PASS.value,
    "shuffle_choices": True,
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
        fields["rules"] = {**RULES, **value.get("rules", {})}
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
    if question["kind"] in CHOICE_KINDS:
        choices = range(len(question["choices"]))
        check_unique(folder, file.name, document, ((*path, "choices", choice, "key") for choice in choices))
        right = sum(choice.get("correct", False) for choice in question["choices"])
        if question["kind"] == Question.Kind.SINGLE_CHOICE and right != 1:
            fault(_("A single choice question has exactly one correct choice; this one has %(n)d.") % {"n": right})
        if question["kind"] == Question.Kind.MULTIPLE_CHOICE and not right:
            fault(_("A multiple choice question has at least one correct choice."))
        return
    accepted = {normalise(text) for text in question["accept"]}
    if "" in accepted:
        fault(_("An accepted answer is empty once spaces and hyphens are left out."), "accept")
    for number, known in enumerate(question.get("known_wrong", [])):
        if accepted & {normalise(text) for text in known["answers"]}:
            fault(_("A text is listed as accepted and as wrong."), "known_wrong", number)


def _question(question: Fields) -> Fields:
    fields: Fields = {
        "kind": question["kind"],
        "points": f"{question.get('points', 1):.2f}",
        "lesson": question.get("lesson", ""),
        "text": texts(question["text"]),
        "archived": False,
    }
    if question["kind"] in CHOICE_KINDS:
        return {**fields, "choices": [_choice(choice) for choice in question["choices"]]}
    feedback: dict[str, Any] = question.get("feedback", {})
    return {
        **fields,
        "accept": [canonical(text) for text in question["accept"]],
        "feedback": {name: texts(feedback.get(name)) for name in ("correct", "incorrect")},
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
