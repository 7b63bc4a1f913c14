"""A quiz with a question of every kind. Each answer key contains a canary."""

from collections.abc import Collection
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

from quizzes.authoring import publishing
from quizzes.authoring.models import Question, Quiz
from tests.factories import add_short_answer, add_single_choice

CANARY = "canary7391"
NOBODY = UUID(int=7391)
_TEXTS = {"ko": "가", "en": "a"}


def _named(key: str, **texts: str) -> dict[str, Any]:
    return {"key": key, **{name: {"ko": text, "en": text} for name, text in texts.items()}}


# By kind: the definition, and what the text needs.
DEFINITIONS: dict[str, tuple[dict[str, Any], str, int]] = {
    "numeric": ({"value": 7391.25, "tolerance": 0.5, "unit": "ms", "units": {"s": 1000}}, "How long?", 2),
    "ordering": (
        {"items": [_named(f"{CANARY}-{n}", text=f"step {n}") for n in "abc"], "credit": "partial"},
        "In order?",
        3,
    ),
    "matching": (
        {
            "pairs": [_named(f"{CANARY}-{n}", left=f"left {n}", right=f"right {n}") for n in "abc"],
            "distractors": [_named(f"{CANARY}-d", text="right d")],
            "credit": "partial",
        },
        "Which?",
        3,
    ),
    "fill_in": (
        {
            "blanks": [
                *({"key": f"{CANARY}-{n}", "accept": [f"{CANARY} {n}"]} for n in "ab"),
                {
                    "key": f"{CANARY}-m",
                    "choices": [
                        {"key": f"{CANARY}-{n}", "text": {"en": f"menu {n}"}, "correct": n == "b"} for n in "abc"
                    ],
                },
                {"key": f"{CANARY}-n", "value": 7391.25, "tolerance": 7391.25, "unit": "ms"},
            ],
            "credit": "partial",
        },
        " ".join(f"{n} {{{{{CANARY}-{n}}}}}" for n in "abmn"),
        2,
    ),
    "hand_in": (
        {
            "rubric": [
                {"key": "reasons", "text": _TEXTS, "points": 3},
                {"key": "figures", "text": _TEXTS, "points": 1},
            ],
            "files": {"max": 2, "types": ["txt", "pdf", "zip"]},
            "notes": {"en": f"{CANARY} notes"},
        },
        "Write.",
        4,
    ),
}


def add(quiz: Quiz, kind: str, **fields: Any) -> Question:
    """Add one question of a kind whose definition is its key."""
    definition, text, points = DEFINITIONS[kind]
    return Question.objects.create(
        quiz=quiz,
        key=kind.replace("_", "-"),
        kind=kind,
        position=quiz.questions.count(),
        points=points,
        text_ko=text,
        text_en=text,
        correct_feedback_en=f"{CANARY} yes",
        incorrect_feedback_en=f"{CANARY} no",
        definition=definition,
        **fields,
    )


def fill(quiz: Quiz, without: Collection[str] = ()) -> None:
    """Have the quiz ask a question of every kind there is, but for those in `without`, and publish it."""
    quiz.questions.all().delete()
    choice = add_single_choice(quiz, "single")
    choice.choices.update(feedback_ko=f"{CANARY} single", feedback_en=f"{CANARY} single")
    several = add_single_choice(quiz, "several", definition={"credit": "partial"})
    Question.objects.filter(pk=several.pk).update(kind="multiple_choice")
    several.choices.update(feedback_ko=f"{CANARY} several", feedback_en=f"{CANARY} several")
    add_short_answer(quiz, "short", [f"{CANARY} accepted"], [f"{CANARY} wrong"])
    for kind in DEFINITIONS:
        if kind not in without:
            add(quiz, kind)
    publishing.publish(quiz)


def right(spec: dict[str, Any]) -> dict[str, Any]:
    """The response that earns full marks by the key, for kinds that a machine grades."""
    if spec["kind"] == "single_choice":
        return {"choice": next(choice["uuid"] for choice in spec["choices"] if choice["correct"])}
    if spec["kind"] == "multiple_choice":
        return {"choices": [choice["uuid"] for choice in spec["choices"] if choice["correct"]]}
    if spec["kind"] == "ordering":
        return {"positions": {item["uuid"]: place for place, item in enumerate(spec["items"], 1)}}
    if spec["kind"] == "matching":
        return {"matches": {pair["left"]["uuid"]: pair["right"]["uuid"] for pair in spec["pairs"]}}
    if spec["kind"] == "fill_in":
        return {"blanks": {blank["uuid"]: _right_in(blank) for blank in spec["blanks"]}}
    return {"text": {"short_answer": f"{CANARY} accepted", "numeric": "7.39125 s"}.get(spec["kind"], "Because.")}


def _right_in(blank: dict[str, Any]) -> str:
    if "choices" in blank:
        return str(next(choice["uuid"] for choice in blank["choices"] if choice["correct"]))
    return str(blank["accept"][0]) if "accept" in blank else f"{blank['value']} {blank['unit']}"


def _wrong_in(blank: dict[str, Any]) -> str:
    return next((choice["uuid"] for choice in blank.get("choices", ()) if not choice["correct"]), "no")


def wrong(spec: dict[str, Any]) -> dict[str, Any]:
    """A response that a machine grades as wrong; partly right where the kind gives credit for parts."""
    kind = spec["kind"]
    if kind in ("single_choice", "multiple_choice"):
        choice = next(choice["uuid"] for choice in spec["choices"] if not choice["correct"])
        return {"choice": choice} if kind == "single_choice" else {"choices": [choice]}
    if kind == "ordering":
        # The middle one of three items is in its right position.
        return {"positions": {item["uuid"]: place for place, item in enumerate(spec["items"][::-1], 1)}}
    if kind == "matching":
        return {"matches": {pair["left"]["uuid"]: spec["distractors"][0]["uuid"] for pair in spec["pairs"]}}
    if kind == "fill_in":
        return {"blanks": {blank["uuid"]: _wrong_in(blank) for blank in spec["blanks"]}}
    return {"text": "1 s"}


def wrong_answers(quiz: Quiz) -> dict[str, dict[str, Any]]:
    """{question uuid: a wrong response} for all of the quiz's questions."""
    assert quiz.current_version
    return {uuid: wrong(spec) for uuid, spec in quiz.current_version.answer_key.content.items()}


def as_form(answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Responses as a page without script sends them: {field name: value, or the values}."""
    form: dict[str, Any] = {}
    for question, response in answers.items():
        for name, value in response.items():
            if isinstance(value, dict):
                form |= {f"{question}:{part}": str(text) for part, text in value.items()}
            else:
                form[question] = value if name != "choices" or len(value) > 1 else value[0]
    return form


def sent_by(page: str) -> dict[str, Any]:
    """What a browser without script sends from the attempt's form on this page."""
    reader = _Fields()
    reader.feed(page)
    return {name: values if len(values) > 1 else values[0] for name, values in reader.found.items()}


class _Fields(HTMLParser):
    """The fields of a page's attempt form, with their values."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.inside = False
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.inside |= tag == "form" and "data-save-url" in given
        name = given.get("name") or ""
        if not self.inside:
            return
        if tag == "input" and given.get("type") in ("radio", "checkbox"):
            if "checked" in given:
                self.found.setdefault(name, []).append(given.get("value") or "")
        elif tag == "input" and given.get("type") == "text":
            self.found[name] = [given.get("value") or ""]
        elif tag == "textarea":
            self.area = name
            self.found[name] = [""]
        elif tag == "select":
            self.select = name
            self.found[name] = [""]
        elif tag == "option" and "selected" in given:
            self.found[self.select] = [given.get("value") or ""]

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area] = [self.found[self.area][0] + data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        self.inside &= tag != "form"
