"""Say what is right in each question, and why: the answer book. No other page for teaching imports this module."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from course_files.merging import Fields
from course_files.teaching.questions import ShownQuestion, in_language, letter, show_question
from course_files.teaching.rendering import FileResolver, render_text
from questions import KINDS
from quizzes.authoring.models import Question


@dataclass(slots=True)
class AnsweredChoice:
    letter: str
    is_right: bool
    text: SafeString
    feedback: SafeString


@dataclass(slots=True)
class Answer:
    """A question with its key. `solution` is the key as a text; `notes` are (label, text) of feedback, criteria and advice."""

    question: ShownQuestion
    points: str
    level: str
    lesson: str
    objective: int | None
    choices: list[AnsweredChoice] = field(default_factory=list)
    solution: list[str] = field(default_factory=list)
    notes: list[tuple[str, SafeString]] = field(default_factory=list)


def answer(question: Fields, *, number: int, language: str, resolver: FileResolver) -> Answer:
    """Return the question with its key and every feedback, in one language."""

    def html(texts: Mapping[str, str] | None) -> SafeString:
        return render_text(in_language(texts or {}, language), language=language, resolver=resolver)

    result = Answer(
        show_question(question, number=number, language=language, resolver=resolver),
        f"{question.get('points', 1):g}",
        str(Question.Level(question["level"]).label) if question.get("level") else "",
        question.get("lesson", ""),
        question.get("objective"),
    )
    result.choices = [
        AnsweredChoice(letter(index), choice.get("correct", False), html(choice["text"]), html(choice.get("feedback")))
        for index, choice in enumerate(question.get("choices", []))
    ]
    result.solution = _solution(question, language)
    labels = {"correct": _("If right"), "incorrect": _("If wrong")}
    for name, text in question.get("feedback", {}).items():
        result.notes.append((labels[name], html(text)))
    for known in question.get("known_wrong", []):
        label = _("If wrong: %(answers)s") % {"answers": ", ".join(known["answers"])}
        result.notes.append((label, html(known.get("feedback"))))
    definition = question.get("definition", {})
    for criterion in definition.get("rubric", []):
        label = _("%(points)s points") % {"points": criterion["points"]}
        result.notes.append((label, html(criterion["text"])))
    if "notes" in definition:
        result.notes.append((_("Notes for the grader"), html(definition["notes"])))
    return result


def _solution(question: Fields, language: str) -> list[str]:
    """Return the key of a question without choices, a line for each part."""
    definition: dict[str, Any] = question.get("definition", {})

    def text(texts: Mapping[str, str]) -> str:
        return in_language(texts, language)

    if question["kind"] == "ordering":
        return [f"{number}. {text(item['text'])}" for number, item in enumerate(definition["items"], 1)]
    if question["kind"] == "matching":
        return [f"{text(pair['left'])} → {text(pair['right'])}" for pair in definition["pairs"]]
    if question["kind"] == "fill_in":
        return [f"{blank['key']}: {_in_blank(blank, language)}" for blank in definition["blanks"]]
    if question["kind"] == "numeric":
        return [_number(definition, text(definition.get("unit_text", {})) or definition.get("unit", ""))]
    if KINDS[question["kind"]].rows == "answers":
        return [" / ".join(question["accept"])]
    return []


def _in_blank(blank: Fields, language: str) -> str:
    if "choices" in blank:
        return " / ".join(in_language(choice["text"], language) for choice in blank["choices"] if choice.get("correct"))
    return _number(blank, blank.get("unit", "")) if "value" in blank else " / ".join(blank["accept"])


def _number(definition: Fields, unit: str) -> str:
    tolerance = f" ± {definition['tolerance']}" if definition.get("tolerance") else ""
    return f"{definition['value']}{tolerance} {unit}".strip()
