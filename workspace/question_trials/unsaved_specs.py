"""Build the full specification of a question from its record, as `quizzes.authoring.specs` builds it from rows."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid5

from course_files.course.texts import LANGUAGES
from course_files.merging import Fields
from courses.lessons.rendering import CourseResolver, render_fragment
from questions import KINDS, Spec
from quizzes.authoring.specs import Texts, render_texts

# The uuids of what is not saved. They are names of fields in the author's own page, so they need not be secret.
_UNSAVED = UUID("6d0c2b1e-5a3f-4e0b-9a57-1d2f6f0b7a10")


def build_unsaved_spec(record: Fields, *, resolver: CourseResolver) -> Spec:
    """Return the full spec of a question that is not saved. The record must be valid."""

    def html(texts: Texts) -> Texts:
        return render_texts(texts, render_fragment, resolver)

    def identify(name: str) -> str:
        return str(uuid5(_UNSAVED, name))

    kind = KINDS[record["kind"]]
    spec: Spec = {
        "uuid": str(_UNSAVED),
        "kind": record["kind"],
        "points": record["points"],
        "text": _row_texts(record["text"]),
        "html": html(_row_texts(record["text"])),
        "lesson": record["lesson"],
        **kind.build(record.get("definition", {}), identify=identify, html=html),
    }
    if kind.rows == "choices":
        choices = [_choice(choice, identify(f"choice/{choice['key']}"), html) for choice in record["choices"]]
        return {**spec, "choices": choices}
    spec["feedback"] = {name: html(_row_texts(record["feedback"][name])) for name in ("correct", "incorrect")}
    if kind.rows == "answers":
        spec |= {"accept": record["accept"], "known_wrong": _groups(record["known_wrong"], html)}
    return spec


def _row_texts(texts: Mapping[str, str]) -> Texts:
    """Return a text as the columns of a row have it: in every language, "" where it is missing."""
    return {code: texts.get(code, "") for code in LANGUAGES}


def _choice(choice: Mapping[str, Any], uuid: str, html: Callable[[Texts], Texts]) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "text": _row_texts(choice["text"]),
        "html": html(_row_texts(choice["text"])),
        "correct": choice["correct"],
        "feedback": html(_row_texts(choice["feedback"])),
        "lesson": choice["lesson"],
    }


def _groups(known_wrong: list[dict[str, Any]], html: Callable[[Texts], Texts]) -> list[dict[str, Any]]:
    """Return the known wrong answers; those with the same feedback are one group, as in a published question."""
    groups: dict[str, dict[str, Any]] = {}
    for known in known_wrong:
        feedback = html(_row_texts(known["feedback"]))
        group = groups.setdefault(json.dumps(feedback), {"answers": [], "feedback": feedback})
        group["answers"] += known["answers"]
    return list(groups.values())
