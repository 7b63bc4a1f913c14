"""Question records of every kind, as `course_files` reads them: some by hand, and any at all by hypothesis."""

import string
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from common.markup import markdown
from course_files.merging import canonical
from course_files.yaml_writing import is_readable
from questions.comparing.short_answers import normalise
from questions.kinds.hand_in import FILE_TYPES
from quizzes.authoring.models import Question
from tests.workspace.question_forms.browser import LESSONS, POOLS

# What people write, and what breaks forms: line ends, mark-up, accents, full width, Hangul by its parts.
_LETTERS = st.sampled_from([*"abcXYZ019 .,-&<>\"'{}[]\\/%é정답과적합ＡΩ\n", "\t", "e\u0301", "\u1100\u1161", "😀"])
TEXT = (
    st.lists(_LETTERS, min_size=1, max_size=12)
    .map("".join)
    .map(canonical)
    .filter(lambda text: bool(text) and not markdown.parse(text).problems)
)
LINE = TEXT.map(lambda text: canonical(" ".join(text.splitlines()))).filter(bool)
TERM = LINE.filter(normalise)
KEY = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)


def texts(text: st.SearchStrategy[str] = TEXT) -> st.SearchStrategy[dict[str, str]]:
    """A text in both languages, or in the original only."""
    return st.fixed_dictionaries({"ko": text}, optional={"en": text})


def feedback() -> st.SearchStrategy[dict[str, str]]:
    return st.one_of(st.just({}), texts())


def places() -> st.SearchStrategy[str]:
    return st.sampled_from(["", *(place for place, _title in LESSONS), "a-lesson-that-is-gone"])


def keyed(least: int, most: int, **values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows with different keys."""
    entry = st.fixed_dictionaries({"key": KEY, **values})
    return st.lists(entry, min_size=least, max_size=most, unique_by=lambda row: row["key"])


def shared(kind: str, **values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    points = st.integers(1, 999_999).map(lambda hundredths: f"{hundredths // 100}.{hundredths % 100:02}")
    return st.fixed_dictionaries(
        {
            "kind": st.just(kind),
            "points": points,
            "lesson": places(),
            "text": texts(),
            "archived": st.booleans(),
            **values,
        },
        optional={
            "pool": st.sampled_from([*POOLS, "a-pool-that-is-gone"]),
            "objective": st.integers(1, 20),
            "level": st.sampled_from(Question.Level.values),
        },
    )


@st.composite
def choice_question(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    entries = keyed(2, 5, correct=st.just(False), text=texts(), feedback=feedback(), lesson=places())
    fields = draw(shared(kind, choices=entries))
    choices = fields["choices"]
    least = st.sets(st.integers(0, len(choices) - 1), min_size=1, max_size=1 if kind == "single_choice" else None)
    for number in draw(least):
        choices[number]["correct"] = True
    if kind == "multiple_choice" and draw(st.booleans()):
        fields["definition"] = {"credit": "partial"}
    return fields


def _pair_of_feedbacks() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"correct": feedback(), "incorrect": feedback()})


@st.composite
def short_answer(draw: st.DrawFn) -> dict[str, Any]:
    fields = draw(
        shared(
            "short_answer", feedback=_pair_of_feedbacks(), accept=st.lists(TERM, min_size=1, max_size=4, unique=True)
        )
    )
    accepted = {normalise(text) for text in fields["accept"]}
    wrong = LINE.filter(lambda text: normalise(text) not in accepted)
    group = st.fixed_dictionaries({"answers": st.lists(wrong, min_size=1, max_size=3), "feedback": feedback()})
    fields["known_wrong"] = draw(st.lists(group, max_size=3, unique_by=lambda group: repr(group["feedback"])))
    if draw(st.booleans()):
        fields["definition"] = {"near_misses": "review"}
    return fields


CREDIT = st.sampled_from([{}, {"credit": "partial"}])
NUMBER = st.one_of(st.integers(-(10**12), 10**12), st.floats(-1e12, 1e12).filter(bool).filter(is_readable))
POSITIVE = st.one_of(st.integers(1, 10**6), st.floats(1e-12, 1e6).filter(is_readable))


def optional(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=values)


def numeric_definition() -> st.SearchStrategy[dict[str, Any]]:
    unit = st.text("abcm/s%µ", min_size=1, max_size=5)
    other = st.text("xyzXYZ²", min_size=1, max_size=5)
    without: st.SearchStrategy[dict[str, Any]] = st.just({})
    units = optional(
        unit_required=st.just(True),
        units=st.dictionaries(other, POSITIVE, min_size=1, max_size=4),
        unit_text=texts(unit),
    ).flatmap(lambda fields: unit.map(lambda name: {**fields, "unit": name}))
    numbers = st.fixed_dictionaries({"value": NUMBER}, optional={"tolerance": POSITIVE})
    return st.builds(lambda one, other: {**one, **other}, numbers, st.one_of(without, units))


def ordering_definition() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda items, credit: {"items": items, **credit}, keyed(2, 5, text=texts()), CREDIT)


def matching_definition() -> st.SearchStrategy[dict[str, Any]]:
    pairs, distractors = keyed(2, 5, left=texts(), right=texts()), keyed(1, 3, text=texts())
    return st.builds(
        lambda pairs, rest, credit: {"pairs": pairs, **rest, **credit}, pairs, optional(distractors=distractors), CREDIT
    )


@st.composite
def menu(draw: st.DrawFn) -> dict[str, Any]:
    """A menu: its choices differ in each language, and all have the same languages."""
    keys = draw(st.lists(KEY, min_size=2, max_size=4, unique=True))
    codes = draw(st.sampled_from([["ko"], ["ko", "en"]]))
    line = LINE.map(lambda text: " ".join(text.split()))
    lines = {code: draw(st.lists(line, min_size=len(keys), max_size=len(keys), unique=True)) for code in codes}
    right = draw(st.integers(0, len(keys) - 1))
    choices: list[dict[str, Any]] = []
    for place, key in enumerate(keys):
        is_right = {"correct": True} if place == right else {}
        choices.append({"key": key, **is_right, "text": {code: lines[code][place] for code in codes}})
    return {"choices": choices}


def in_blank() -> st.SearchStrategy[dict[str, Any]]:
    words = st.fixed_dictionaries({"accept": st.lists(TERM, min_size=1, max_size=3)})
    whole = st.integers(-1000, 1000)
    number = st.fixed_dictionaries({"value": whole}, optional={"tolerance": st.integers(0, 9), "unit": st.just("km")})
    return st.one_of(words, menu(), number)


@st.composite
def fill_in(draw: st.DrawFn) -> dict[str, Any]:
    fields = draw(with_definition("fill_in", st.just({})))
    blanks = [{**row, **draw(in_blank())} for row in draw(keyed(1, 4))]
    plain = TEXT.map(lambda text: text.replace("{", "<").replace("}", ">"))
    for code in fields["text"]:
        marks = draw(st.permutations([f"{{{{{blank['key']}}}}}" for blank in blanks]))
        fields["text"][code] = canonical(" ".join(part for mark in marks for part in (draw(plain), mark)))
        assume(not markdown.parse(fields["text"][code]).problems)
    return {**fields, "definition": {"blanks": blanks, **draw(CREDIT)}}


@st.composite
def hand_in(draw: st.DrawFn) -> dict[str, Any]:
    points = st.one_of(st.integers(1, 400), st.sampled_from([0.5, 0.25, 12.75]))
    rubric = draw(keyed(1, 5, text=texts(), points=points))
    files = st.fixed_dictionaries(
        {"max": st.integers(1, 10)},
        optional={
            "types": st.lists(st.sampled_from(FILE_TYPES), min_size=1, unique=True).map(
                lambda types: sorted(types, key=FILE_TYPES.index)
            )
        },
    )
    definition = {"rubric": rubric, **draw(optional(files=files, notes=texts()))}
    if "files" in definition and draw(st.booleans()):
        definition["text"] = False
    fields = draw(with_definition("hand_in", st.just(definition)))
    return {**fields, "points": f"{sum(row['points'] for row in rubric):.2f}"}


def with_definition(kind: str, definition: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return shared(kind, definition=definition, feedback=_pair_of_feedbacks())


RECORDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "single_choice": choice_question("single_choice"),
    "multiple_choice": choice_question("multiple_choice"),
    "short_answer": short_answer(),
    "numeric": with_definition("numeric", numeric_definition()),
    "ordering": with_definition("ordering", ordering_definition()),
    "matching": with_definition("matching", matching_definition()),
    "fill_in": fill_in(),
    "hand_in": hand_in(),
}
