"""Define a row of the features: one question that is read or written, and what becomes of one feature of it."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from exchange.items.questions import Question


class Result(StrEnum):
    WHOLE = "whole"
    LOSS = "named loss"
    REFUSED = "refused"


@dataclass(frozen=True)
class Reads:
    """A file with one question. `says` is in the remark or in the reason. `gives` are fields of the question that is read."""

    feature: str
    format: str
    content: str | bytes
    result: Result
    says: str = ""
    gives: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Writes:
    """A question that is exported. `says` is in a loss. The file contains `holds` and does not contain `lacks`."""

    feature: str
    format: str
    question: Question
    result: Result
    says: str = ""
    holds: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


def zipped(files: Mapping[str, str]) -> bytes:
    """Return a package."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, text in files.items():
            package.writestr(name, text)
    return buffer.getvalue()


def moodle(kind: str, inside: str, text: str = "What?", name: str = "q") -> str:
    """Return Moodle XML of one question."""
    return (
        f'<quiz><question type="{kind}"><name><text>{name}</text></name>'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text></questiontext>{inside}</question></quiz>'
    )


def answer(text: str, fraction: int | float = 100, inside: str = "") -> str:
    return f'<answer fraction="{fraction}" format="html"><text><![CDATA[{text}]]></text>{inside}</answer>'


def qti(body: str, declarations: str, processing: str = "", more: str = "") -> str:
    """Return one item of QTI 2.1."""
    return (
        f'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="q" title="q" {more}>'
        f"{declarations}<itemBody>{body}</itemBody>{processing}</assessmentItem>"
    )


def declare(
    base: str,
    *values: str,
    name: str = "RESPONSE",
    cardinality: str = "single",
    mapped: Mapping[str, float] | None = None,
) -> str:
    """Return a response declaration of QTI."""
    correct = "".join(f"<value>{value}</value>" for value in values)
    entries = "".join(f'<mapEntry mapKey="{key}" mappedValue="{worth}"/>' for key, worth in (mapped or {}).items())
    return (
        f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">'
        + (f"<correctResponse>{correct}</correctResponse>" if values else "")
        + (f"<mapping>{entries}</mapping>" if entries else "")
        + "</responseDeclaration>"
    )


def entry(name: str = "RESPONSE") -> str:
    return f'<textEntryInteraction responseIdentifier="{name}"/>'


def choice(*names: str, shuffle: str = 'shuffle="true"') -> str:
    inside = "".join(f'<simpleChoice identifier="{name}">{name}</simpleChoice>' for name in names)
    return f'<choiceInteraction responseIdentifier="RESPONSE" {shuffle} maxChoices="1">{inside}</choiceInteraction>'


MAP = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"/>'


def scored(expression: str, worth: str = "1") -> str:
    """Return response processing that gives points if an expression is true."""
    return (
        f"<responseProcessing><responseCondition><responseIf>{expression}<setOutcomeValue identifier='SCORE'>"
        f"<baseValue baseType='float'>{worth}</baseValue></setOutcomeValue></responseIf></responseCondition>"
        "</responseProcessing>"
    )
