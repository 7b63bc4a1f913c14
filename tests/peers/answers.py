"""Make answers to a question (right, wrong, in part right, empty), and the share of the points that this site gives for them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from exchange.items.questions import Blank, Question
from questions import KINDS

# So many points that a share of them, rounded down to 0.01, can be compared with another system's.
_POINTS = "1000.00"


@dataclass(frozen=True)
class Answer:
    """An answer. `chosen` are the places of choices, or of items in order; `pairs` is {place on the left: on the right}."""

    name: str
    chosen: tuple[int, ...] = ()
    pairs: dict[int, int] = field(default_factory=dict)
    text: str = ""
    gaps: dict[str, str] = field(default_factory=dict)


def answers(question: Question) -> list[Answer]:
    """Return answers to a question that a machine can grade; [] for one that only a person grades."""
    return list(_MAKERS[question.kind](question)) if question.kind in _MAKERS else []


def share(question: Question, answer: Answer) -> float:
    """Return the share of the points, from 0 to 1, that this site gives for an answer."""
    spec = _spec(question)
    score = KINDS[question.kind].grade(spec, _response(question, answer))
    return float(Decimal(score.points) / Decimal(score.max_points))


def _chosen(question: Question) -> Iterator[Answer]:
    right = tuple(place for place, part in enumerate(question.parts) if part.correct)
    wrong = tuple(place for place, part in enumerate(question.parts) if not part.correct)
    yield Answer("right", right)
    yield Answer("empty")
    for place in wrong[:1]:
        yield Answer("wrong", (place,))
    if question.kind == "multiple_choice":
        yield Answer("one of the right ones", right[:1])
        yield Answer("everything", (*right, *wrong))
        yield Answer("the right ones and a wrong one", (*right, *wrong[:1]))


def _ordered(question: Question) -> Iterator[Answer]:
    order = tuple(range(len(question.parts)))
    yield Answer("right", order)
    yield Answer("empty")
    yield Answer("all moved by one place", (*order[1:], order[0]))
    yield Answer("two swapped", (order[1], order[0], *order[2:]))


def _paired(question: Question) -> Iterator[Answer]:
    left = [place for place, pair in enumerate(question.pairs) if pair.left]
    right = {place: place for place in left}
    yield Answer("right", pairs=right)
    yield Answer("empty")
    yield Answer("all moved by one", pairs={place: left[(at + 1) % len(left)] for at, place in enumerate(left)})
    yield Answer("one pair only", pairs={left[0]: left[0]})
    yield Answer("with one that belongs to none", pairs={**right, left[0]: len(question.pairs) - 1})


def _typed(question: Question) -> Iterator[Answer]:
    for place, text in enumerate(question.accept):
        yield Answer(f"right {place}", text=text)
    for place, group in enumerate(question.wrong):
        yield Answer(f"known to be wrong {place}", text=group.answers[0])
    yield Answer("wrong", text="zzz 아닌 답 zzz")
    yield Answer("empty")


def _number(question: Question) -> Iterator[Answer]:
    value = Decimal(str(question.extra["value"]))
    tolerance = Decimal(str(question.extra["tolerance"]))
    yield Answer("right", text=f"{value:f}")
    yield Answer("at the lower bound", text=f"{value - tolerance:f}")
    yield Answer("at the upper bound", text=f"{value + tolerance:f}")
    yield Answer("above", text=f"{value + tolerance + 1:f}")
    yield Answer("below", text=f"{value - tolerance - 1:f}")
    yield Answer("empty")


def _filled(question: Question) -> Iterator[Answer]:
    right = {blank.key: _in_gap(blank, is_right=True) for blank in question.blanks}
    wrong = {blank.key: _in_gap(blank, is_right=False) for blank in question.blanks}
    first = question.blanks[0].key
    yield Answer("right", gaps=right)
    yield Answer("empty")
    yield Answer("all wrong", gaps=wrong)
    yield Answer("the first one only", gaps={first: right[first]})
    yield Answer("the first one wrong", gaps={**right, first: wrong[first]})


def _in_gap(blank: Blank, *, is_right: bool) -> str:
    """Return what a student enters in a gap: a text; of a menu the key of a choice."""
    if blank.choices:
        return next(part.key for part in reversed(blank.choices) if part.correct == is_right)
    if blank.extra:
        bound = Decimal(str(blank.extra["value"])) + Decimal(str(blank.extra["tolerance"]))
        return f"{bound if is_right else bound + 1:f}"
    return blank.accept[-1] if is_right else "zzz 아닌 답 zzz"


_MAKERS = {
    "single_choice": _chosen,
    "multiple_choice": _chosen,
    "ordering": _ordered,
    "matching": _paired,
    "short_answer": _typed,
    "numeric": _number,
    "fill_in": _filled,
}


def _spec(question: Question) -> dict[str, Any]:
    """Return what the kind needs to grade. The uuids are the keys."""

    def texts(text: str) -> dict[str, str]:
        return {"ko": text}

    definition: dict[str, Any] = {**question.extra, "credit": question.credit or "all"}
    if question.kind == "ordering":
        definition["items"] = [{"key": part.key, "text": texts(part.text)} for part in question.parts]
    definition["pairs"] = [
        {"key": pair.key, "left": texts(pair.left), "right": texts(pair.right)} for pair in question.pairs if pair.left
    ]
    definition["distractors"] = [
        {"key": pair.key, "text": texts(pair.right)} for pair in question.pairs if not pair.left
    ]
    definition["blanks"] = [_blank(blank) for blank in question.blanks]
    return {
        "uuid": question.name,
        "kind": question.kind,
        "points": _POINTS,
        "lesson": "",
        "feedback": {},
        "choices": [{"uuid": part.key, "correct": part.correct} for part in question.parts],
        "accept": question.accept,
        "known_wrong": [{"answers": group.answers, "feedback": {}} for group in question.wrong],
        **KINDS[question.kind].build(definition, identify=lambda key: key, html=lambda text: text),
    }


def _blank(blank: Blank) -> dict[str, Any]:
    if not blank.choices:
        return {"key": blank.key, **(blank.extra or {"accept": blank.accept})}
    choices = [{"key": part.key, "text": {"ko": part.text}, "correct": part.correct} for part in blank.choices]
    return {"key": blank.key, "choices": choices}


def _response(question: Question, answer: Answer) -> dict[str, Any]:
    chosen = [question.parts[place].key for place in answer.chosen]
    if question.kind == "single_choice":
        return {"choice": chosen[0] if chosen else None}
    if question.kind == "multiple_choice":
        return {"choices": chosen}
    if question.kind == "ordering":
        return {"positions": {f"item/{key}": place for place, key in enumerate(chosen, 1)}}
    if question.kind == "matching":
        return {
            "matches": {f"left/{_key(question, left)}": _right(question, right) for left, right in answer.pairs.items()}
        }
    if question.kind == "fill_in":
        menus = {blank.key for blank in question.blanks if blank.choices}
        return {
            "blanks": {
                f"blank/{key}": f"blank/{key}/choice/{text}" if key in menus else text
                for key, text in answer.gaps.items()
            }
        }
    return {"text": answer.text}


def _key(question: Question, place: int) -> str:
    return question.pairs[place].key


def _right(question: Question, place: int) -> str:
    pair = question.pairs[place]
    return f"{'right' if pair.left else 'distractor'}/{pair.key}"
