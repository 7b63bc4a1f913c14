"""import(export(x)) = x for generated questions of every kind: what is not the same was named by the export."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from exchange.exporting import WRITERS
from exchange.html import conversion
from exchange.items.questions import Blank, Question
from exchange.refusals import ExchangeError
from tests.exchange import generated
from tests.exchange.files import read

QUIET = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
# An import gives these a part of the points if the file says nothing else.
IN_PARTS = {"multiple_choice", "matching", "fill_in"}
# {a part of a named loss: the fields that it lets change}
LOSSES = {
    "takes it for a formula": {"text", "choices", "pairs", "right", "feedback", "notes"},
    "the look of the formula": {"text", "choices", "pairs", "right", "feedback", "notes"},
    "its points": {"points"},
    "all-or-nothing grading": {"credit"},
    "its exact percentages": {"credit"},
    "its units": {"unit", "units"},
    "feedback": {"feedback"},
    "the rubric": {"text wanted", "files", "notes"},
    "the formatting of": {"right"},
}


def _markdown(text: str | None) -> str:
    """Return a text in a form that is the same for texts that look the same."""
    html = conversion.to_html(text or "", language="ko", losses=[])
    # Whether the entries of a list are paragraphs, and adjacent lists one list, is a matter of their distance.
    html = re.sub(r"</?p>|<blockquote>\s*</blockquote>|<h\d[^>]*>\s*</h\d>|\u00a0", " ", html)
    html = re.sub(r"\s*(</?(?:blockquote|li|ol|pre|table|t[dhr]|ul)\b[^>]*>)\s*", r"\1", html)
    html = re.sub(r"</ul><ul>|</ol><ol>| aria-label=\"[^\"]*\"", "", html)
    return " ".join(html.split())


def _fields(question: Question) -> Iterator[tuple[str, Any]]:
    yield "kind", question.kind
    yield "points", float(question.points or 1)
    yield "text", _text(question)
    yield "credit", _credit(question)
    yield "choices", [(_markdown(part.text), part.correct) for part in question.parts]
    yield "pairs", [_markdown(pair.left) for pair in question.pairs]
    yield "right", [_markdown(pair.right) for pair in question.pairs]
    yield "accept", question.accept
    yield "gaps", [_gap(blank) for blank in question.blanks]
    yield "wrong", [group.answers for group in question.wrong]
    yield (
        "feedback",
        [
            _markdown(text)
            for text in (
                question.correct_feedback,
                question.incorrect_feedback,
                *(part.feedback for part in question.parts),
                *(group.feedback for group in question.wrong),
            )
        ],
    )
    extra = question.extra
    yield "number", (float(extra.get("value", 0)), float(extra.get("tolerance", 0)))
    yield "unit", extra.get("unit", "")
    yield "units", {name: round(float(factor), 9) for name, factor in extra.get("units", {}).items()}
    yield "text wanted", extra.get("text", True)
    yield "files", extra.get("files", {}).get("max", 0)
    yield "notes", _markdown(extra.get("notes"))


def _gap(blank: Blank) -> tuple[Any, ...]:
    choices = [(part.text, part.correct) for part in blank.choices]
    return blank.accept, choices, float(blank.extra.get("value", 0)), float(blank.extra.get("tolerance", 0))


def _credit(question: Question) -> str | None:
    """Return the credit that an import into an empty quiz gives the question."""
    if question.kind == "fill_in" and len(question.blanks) == 1:
        return "all"
    return question.credit or ("partial" if question.kind in IN_PARTS else None)


def _text(question: Question) -> str:
    """Return the text with its gaps numbered."""
    text = question.text
    for number, blank in enumerate(question.blanks):
        text = text.replace(f"{{{{{blank.key}}}}}", f"GAP{number}")
    return _markdown(text)


def differences(question: Question, found: Question, losses: list[str]) -> dict[str, Any]:
    """Return {field: (before, after)} of the fields that have changed and that no loss names."""
    allowed = set().union(*(fields for words, fields in LOSSES.items() if any(words in loss for loss in losses)))
    after = dict(_fields(found))
    return {
        name: (before, after[name])
        for name, before in _fields(question)
        if before != after[name] and name not in allowed
    }


@QUIET
@pytest.mark.parametrize("format", list(WRITERS))
@pytest.mark.parametrize("kind", generated.KINDS)
@given(data=st.data())
def test_a_question_comes_back_or_the_export_said_what_does_not(format: str, kind: str, data: st.DataObject) -> None:
    question = data.draw(generated.questions(kind))
    made = WRITERS[format]([question], language="en", name="quiz")
    losses = [loss for _key, loss in made.losses]
    try:
        parsed = read(made.content)
    except ExchangeError:
        event("left out")
        assert any(loss.startswith("left out: ") for loss in losses), losses
        return
    assert not parsed.skipped, parsed.skipped
    (found,) = parsed.questions
    assert differences(question, found, losses) == {}, losses
