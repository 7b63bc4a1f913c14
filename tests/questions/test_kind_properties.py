"""Properties of grading for every kind and any response, by hypothesis."""

import copy
import json
from decimal import Decimal
from typing import Any
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questions import KINDS, ResponseError
from tests.quizzes import every_kind
from tests.quizzes.every_kind import DEFINITIONS

NAMESPACE = uuid5(every_kind.NOBODY, "properties")
OUTCOMES = {"correct", "partial", "incorrect", "unanswered", "pending"}


def spec_of(kind: str, points: str, **changes: Any) -> dict[str, Any]:
    """A full spec without a database, as `quizzes.authoring.publishing` makes it."""
    definition, text, _points = DEFINITIONS.get(
        kind, ({"credit": "partial"} if kind == "multiple_choice" else {}, "?", 1)
    )
    definition = {**definition, **changes}
    texts = {"ko": text, "en": text}
    spec: dict[str, Any] = {
        "uuid": str(uuid5(NAMESPACE, kind)), "kind": kind, "points": points, "text": texts, "html": texts,
        "lesson": "", "feedback": {"correct": texts, "incorrect": texts},
    }  # fmt: skip
    spec |= KINDS[kind].build(definition, identify=lambda name: str(uuid5(NAMESPACE, name)), html=lambda texts: texts)
    if KINDS[kind].rows == "choices":
        right = 2 if kind == "multiple_choice" else 1
        spec["choices"] = [
            {"uuid": str(uuid5(NAMESPACE, str(n))), "text": texts, "html": texts, "correct": n < right,
             "feedback": texts, "lesson": ""}
            for n in range(5)
        ]  # fmt: skip
    if KINDS[kind].rows == "answers":
        spec |= {
            "accept": [f"{every_kind.CANARY} accepted"],
            "known_wrong": [{"answers": ["known wrong"], "feedback": texts}],
        }
    return spec


def names_in(public: Any) -> list[str]:
    """Every name that a student could answer with."""
    if isinstance(public, dict):
        own = [public["uuid"]] if "uuid" in public else []
        return own + [name for value in public.values() for name in names_in(value)]
    return [name for value in public for name in names_in(value)] if isinstance(public, list) else []


def raws(kind: str, public: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Answers as an app might send them: of the right shape with right and wrong contents, and any JSON at all."""
    names = st.sampled_from(names_in(public))
    text = st.one_of(
        st.text(max_size=60),
        st.sampled_from([f"{every_kind.CANARY} accepted", f"{every_kind.CANARY} a", "7391.25 ms", "1e999", "-", "٣ s",
                         "known wrong", "9" * 100, "1,234.5 kg", "0.1e-999 s"]),
    )  # fmt: skip
    shapes: dict[str, st.SearchStrategy[Any]] = {
        "choice": names,
        "choices": st.lists(names, max_size=6),
        "text": text,
        "positions": st.dictionaries(names, st.one_of(st.integers(-1, 5), st.none(), st.just(""))),
        "matches": st.dictionaries(names, st.one_of(names, st.none())),
        "blanks": st.dictionaries(names, text),
    }
    field = next(name for name in shapes if name in KINDS[kind].response_schema["properties"])
    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | names,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | names, inner, max_size=3),
        max_leaves=8,
    )
    return st.one_of(
        st.fixed_dictionaries({field: shapes[field]}),
        st.fixed_dictionaries({field: json_values}),
        json_values,
    )


def read(kind: str, public: dict[str, Any], raw: Any) -> tuple[dict[str, Any] | None, str]:
    """The stored shape, or None and the code of the refusal."""
    try:
        return KINDS[kind].read_response(public, raw), ""
    except ResponseError as refused:
        return None, refused.code


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_every_accepted_response_is_graded_consistently(kind: str, data: st.DataObject) -> None:
    points = data.draw(st.decimals("0.01", "9999.99", places=2))
    spec = spec_of(kind, f"{points:.2f}", **({"credit": data.draw(st.sampled_from(["all", "partial"]))}
                   if "credit" in KINDS[kind].schema["properties"] else {}))  # fmt: skip
    public = KINDS[kind].public_form(spec)
    raw = data.draw(raws(kind, public))
    untouched = copy.deepcopy((spec, raw))
    response, code = read(kind, public, raw)
    if response is None:
        assert code in ("shape", "unknown-choice", "too-long")
        return
    # It is stored as JSON, read again, and is what it was: reading is done once and for all.
    assert json.loads(json.dumps(response)) == response
    assert KINDS[kind].read_response(public, response) == response
    score = KINDS[kind].grade(spec, response)
    assert KINDS[kind].grade(spec, json.loads(json.dumps(response))) == score
    assert (spec, raw) == untouched
    earned, top = Decimal(score.points), Decimal(score.max_points)
    assert 0 <= earned <= top == points
    assert score.outcome in OUTCOMES
    # A student is asked about what the grade would call unanswered. (Punctuation alone looks like an answer.)
    assert KINDS[kind].is_answered(response) or score.outcome == "unanswered"
    assert not KINDS[kind].is_answered({})
    assert (score.outcome == "correct") == (earned == top)
    assert (score.outcome == "partial") == (0 < earned < top)
    assert score.rule
    assert json.loads(json.dumps(score.as_dict())) == score.as_dict()
    # What the result shows can be made of it as well.
    KINDS[kind].feedback(spec, response, score.as_dict())
    KINDS[kind].body(public, response, lambda texts: texts.get("en", ""))


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if not kind.by_person])
@given(points=st.decimals("0.01", "9999.99", places=2))
def test_the_right_answer_earns_full_marks(kind: str, points: Decimal) -> None:
    spec = spec_of(kind, f"{points:.2f}")
    KINDS[kind].parse(spec)
    response = KINDS[kind].read_response(KINDS[kind].public_form(spec), every_kind.right(spec))
    score = KINDS[kind].grade(spec, response)
    assert score.points == f"{points:.2f}"
    assert score.outcome == "correct"


@pytest.mark.parametrize("kind", ["ordering", "matching"])
@given(data=st.data())
def test_an_answer_that_is_not_right_reads_otherwise_than_the_right_one(kind: str, data: st.DataObject) -> None:
    """Whoever grades sees both beside the points. The texts of these kinds are put together from parts."""
    spec = spec_of(kind, "3.00")
    ((field, full),) = every_kind.right(spec).items()
    given_parts = {part: data.draw(st.sampled_from([None, *full.values()])) for part in full}
    response = KINDS[kind].read_response(KINDS[kind].public_form(spec), {field: given_parts})

    def choose(texts: dict[str, str]) -> str:
        return texts["en"]

    given, right = KINDS[kind].answer_text(spec, response, choose), KINDS[kind].solution_text(spec, choose)
    assert (given == right) == (KINDS[kind].grade(spec, response).outcome == "correct")


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_response_is_unanswered(kind: str) -> None:
    score = KINDS[kind].grade(spec_of(kind, "2.00"), {})
    assert score.points == "0.00"
    assert score.outcome == "unanswered"


@pytest.mark.parametrize("kind", ["ordering", "matching", "fill_in", "multiple_choice"])
@given(points=st.decimals("0.01", "9999.99", places=2), data=st.data())
def test_one_more_right_part_never_earns_less(kind: str, points: Decimal, data: st.DataObject) -> None:
    spec = spec_of(kind, f"{points:.2f}", credit="partial")
    ((field, full),) = every_kind.right(spec).items()
    parts = list(full)
    taken = data.draw(st.lists(st.sampled_from(parts), unique=True, max_size=len(parts) - 1))
    more = [*taken, next(part for part in parts if part not in taken)]

    def worth(some: list[str]) -> Decimal:
        answer = {part: full[part] for part in some} if isinstance(full, dict) else some
        return Decimal(KINDS[kind].grade(spec, {field: answer}).points)

    assert worth(taken) <= worth(more)
    assert worth(parts) == points


@pytest.mark.parametrize("kind", KINDS)
@given(form=st.dictionaries(st.text(max_size=8), st.text(max_size=20)), junk=st.text(max_size=12))
def test_any_form_is_read_or_refused(kind: str, form: dict[str, str], junk: str) -> None:
    spec = spec_of(kind, "2.00")
    public = KINDS[kind].public_form(spec)

    class Sent(dict[str, str]):
        def getlist(self, key: str) -> list[str]:
            return [self[key]] if key in self else []

    names = names_in(public)
    sent = Sent({**form, **{f"{public['uuid']}:{name}": junk for name in names}, public["uuid"]: junk})
    response, code = read(kind, public, KINDS[kind].from_form(public, sent))
    assert bool(code) == (response is None)
    if response is not None:
        KINDS[kind].grade(spec, response)
