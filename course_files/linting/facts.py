"""Compare the numbers that facts.yaml declares with the texts they stand in: each is computed again from a CSV file.

Nothing in the file is evaluated: `compute` is one of a few names.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.translation import gettext as _

from course_files.checking.languages import course_texts
from course_files.checking.report import CourseCheck
from course_files.linting.author_files import read_author_file
from course_files.linting.readable import Line
from course_files.merging import Fields

FACTS = "facts.yaml"
_NUMBER = r"-?[0-9][0-9,]*(?:\.[0-9]+)?"
Row = Mapping[str, str]


class UncountableError(ValueError):
    """Raised for a number that cannot be computed. Its text says why."""


def lint_facts(check: CourseCheck) -> None:
    """Warn of each text whose number does not follow from the data, and of each declaration that cannot be checked."""
    document = read_author_file(check, FACTS, "facts")
    if document is None:
        return
    lines = [
        Line(text.file, number, text.language, line)
        for text in course_texts(check)
        for number, line in enumerate(text.text.split("\n"), start=text.line)
    ]
    for index, fact in enumerate(document.value["facts"]):
        line = document.line(("facts", index))
        files = _files(check, fact)
        if not files:
            check.add_fault(FACTS, line, _("There is no such lesson or quiz: %(place)s") % {"place": _place(fact)})
            continue
        try:
            number = compute(fact, check.course.assets)
        except UncountableError as problem:
            check.add_fault(FACTS, line, str(problem))
            continue
        for language, text in fact["text"].items():
            own = [one for one in lines if one.language == language and one.file in files]
            _compare(check, line, text, _spellings(number, fact.get("decimals", 0)), own)


def _place(fact: Fields) -> str:
    place: str = fact.get("lesson") or fact.get("check") or fact["quiz"]
    return place


def _files(check: CourseCheck, fact: Fields) -> set[str]:
    """Return the files in which the text of a fact must stand: one for each language of a lesson."""
    if "lesson" in fact:
        return {edition.name for (slug, _code), edition in check.course.editions.items() if slug == fact["lesson"]}
    quiz = check.quizzes.get(_place(fact))
    return {quiz.name} if quiz else set()


def _compare(check: CourseCheck, line: int, text: str, right: Sequence[str], own: Sequence[Line]) -> None:
    before, _braces, after = text.partition("{}")
    pattern = re.compile(rf"{re.escape(before)}(?<![0-9,.])({_NUMBER}){re.escape(after)}")
    found = [(one, match[1]) for one in own for match in pattern.finditer(one.text)]
    for one, written in found:
        if written not in right:
            values = {"written": written, "right": right[0], "line": line}
            message = _("This says %(written)s, but by the data it is %(right)s (facts.yaml:%(line)d).")
            check.add_fault(one.file, one.number, message % values)
    if not found:
        check.add_fault(FACTS, line, _("This text is nowhere in its lesson or quiz: %(text)s") % {"text": text})


def _spellings(number: Decimal, decimals: int) -> list[str]:
    """Return how the number may be written: rounded half up, without and with separators of thousands."""
    rounded = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return [f"{rounded:f}", f"{rounded:,f}"]


# --- computing -------------------------------------------------------------------------------------------------


def compute(fact: Fields, assets: Mapping[str, bytes]) -> Decimal:
    """Return the number that a fact declares. Raises UncountableError if the data does not give one."""
    rows = _read(fact["file"], assets)
    chosen = _where(rows, fact.get("where", {}))
    if fact["compute"] == "share":
        return 100 * Decimal(len(chosen)) / _count_of(_where(rows, fact.get("of", {})))
    if fact["compute"] == "difference":
        measure = _measure(fact.get("measure", "count"), fact)
        return measure(chosen) - measure(_where(rows, fact.get("minus", {})))
    return _measure(fact["compute"], fact)(chosen)


def _measure(name: str, fact: Fields) -> Callable[[Sequence[Row]], Decimal]:
    if name == "count":
        return lambda rows: Decimal(len(rows))
    if "column" not in fact:
        raise UncountableError(_("“column” is missing."))
    reduce = _MEASURES[name]
    return lambda rows: reduce([_number(row, fact["column"]) for row in rows])


def _mean(numbers: Sequence[Decimal]) -> Decimal:
    return sum(numbers, Decimal(0)) / len(numbers)


_MEASURES: Mapping[str, Callable[[list[Decimal]], Decimal]] = {
    "sum": lambda numbers: sum(numbers, Decimal(0)),
    "mean": lambda numbers: _mean(_some(numbers)),
    "min": lambda numbers: min(_some(numbers)),
    "max": lambda numbers: max(_some(numbers)),
}


def _some(numbers: list[Decimal]) -> list[Decimal]:
    if not numbers:
        raise UncountableError(_("No row of the data fits."))
    return numbers


def _count_of(rows: Sequence[Row]) -> int:
    if not rows:
        raise UncountableError(_("No row of the data fits."))
    return len(rows)


def _read(name: str, assets: Mapping[str, bytes]) -> list[Row]:
    if name not in assets:
        raise UncountableError(_("There is no such file: %(file)s") % {"file": f"assets/{name}"})
    try:
        return list(csv.DictReader(io.StringIO(assets[name].decode("utf-8-sig"), newline=""), restval=""))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UncountableError(_("%(file)s cannot be read.") % {"file": f"assets/{name}"}) from error


def _where(rows: Sequence[Row], conditions: Mapping[str, object]) -> list[Row]:
    return [row for row in rows if all(_cell(row, column) == str(value) for column, value in conditions.items())]


def _cell(row: Row, column: str) -> str:
    if column not in row:
        raise UncountableError(_("The file has no column of this name: %(column)s") % {"column": column})
    return row[column].strip()


def _number(row: Row, column: str) -> Decimal:
    text = _cell(row, column)
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise UncountableError(_("This is not a number: %(text)s") % {"text": f"{column}: {text}"})
    return number
