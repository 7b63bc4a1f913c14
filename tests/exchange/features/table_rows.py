"""Tables: which rows of CSV and XLSX are questions, and what is said of those that are left out."""

import io
from typing import Any

from openpyxl import Workbook

from exchange.items.questions import Blank, Pair, Part
from tests.exchange.features.rows import Reads, Result


def table(*cells: str, headings: str = "type,question,answer,choice 1,choice 2,choice 3") -> str:
    return f"{headings}\n{','.join(cells)}\n"


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


_HEADINGS = ["유형", "문제", "정답", "보기 1", "보기 2"]
_TWO = [Part("one"), Part("two", correct=True)]

ROWS: list[Reads] = [
    Reads("a single choice", "table", table("single choice", "Which?", "2", "one", "two"), Result.WHOLE, gives={"parts": _TWO}),
    Reads("a single choice", "table", workbook(_HEADINGS, ["단일 선택", "어느 것?", "B", "one", "two"]), Result.WHOLE,
          gives={"parts": _TWO}),
    Reads("a choice that is named by its text and by its number", "table", table("single", "1 + 1?", "2", "2", "3"),
          Result.REFUSED, "can mean two choices"),
    Reads("a single choice", "table", table("Which?", "one", "two", "B", headings="Question,OptionA,OptionB,CorrectOption"),
          Result.WHOLE, gives={"parts": _TWO}),
    Reads("choices that are counted from 0", "table", "question,answer,choice 1,choice 2\nWhich?,1,one,two\nWhat?,0,a,b\n",
          Result.LOSS, "counts choices from 0", {"parts": _TWO}),
    Reads("choices that are counted from 0 and from 1", "table",
          "question,answer,choice 1,choice 2\nWhich?,2,one,two\nWhat?,0,a,b\n", Result.REFUSED, "in some rows and from 1"),
    Reads("multiple choice", "table", table("multiple", "Which?", "A;3", "one", "two", "three"), Result.WHOLE,
          gives={"parts": [Part("one", correct=True), Part("two"), Part("three", correct=True)], "credit": "all"}),
    Reads("true or false", "table", table("참/거짓", "맞나요?", "O"), Result.WHOLE, gives={"kind": "single_choice"}),
    Reads("a short answer", "table", table("short answer", "Who?", "Kim|Lee"), Result.WHOLE, gives={"accept": ["Kim", "Lee"]}),
    Reads("a number with a tolerance", "table", table("number", "?", "3.5", "0.1", headings="type,question,answer,tolerance"),
          Result.WHOLE, gives={"extra": {"value": 3.5, "tolerance": 0.1}}),
    Reads("a number that is none", "table", table("number", "?", "3 apples"), Result.REFUSED, "is not a number"),
    Reads("an ordering", "table", table("ordering", "Order?", "", "a", "b"), Result.WHOLE,
          gives={"parts": [Part("a"), Part("b")]}),
    Reads("pairs", "table", table("matching", "Match?", "", "a = 1", "b -> 2"), Result.WHOLE,
          gives={"pairs": [Pair("a", "1"), Pair("b", "2")]}),
    Reads("gaps", "table", table("fill in", "___ and ___", "one|1;two"), Result.WHOLE,
          gives={"text": "{{blank-1}} and {{blank-2}}", "blanks": [Blank("blank-1", ["one", "1"]), Blank("blank-2", ["two"])]}),
    Reads("a menu in a text", "table", table("fill in", "It goes ___ and ___", "up;left|right", "up|down", "left|right|nowhere"),
          Result.WHOLE, gives={"kind": "fill_in", "blanks": [
              Blank("blank-1", choices=[Part("up", correct=True), Part("down")]),
              Blank("blank-2", choices=[Part("left", correct=True), Part("right", correct=True), Part("nowhere")])]}),
    Reads("a menu in a text", "table", table("fill in", "___ then ___", "down;up", "up", "down"), Result.WHOLE,
          gives={"blanks": [Blank("blank-1", choices=[Part("up"), Part("down", correct=True)]),
                            Blank("blank-2", choices=[Part("up", correct=True), Part("down")])]}),
    Reads("a number in a text", "table",
          table("fill in", "___ or ___", "#2.5;#-1 : 0.1", "0.5", headings="type,question,answer,tolerance"), Result.WHOLE,
          gives={"blanks": [Blank("blank-1", extra={"value": 2.5, "tolerance": 0.5}),
                            Blank("blank-2", extra={"value": -1, "tolerance": 0.1})]}),
    Reads("gaps of several types in a text", "table", table("fill in", "___ is ___ than ___", "#3±1;less;four", "", "less|more"),
          Result.WHOLE, gives={"blanks": [Blank("blank-1", extra={"value": 3, "tolerance": 1}),
                                          Blank("blank-2", choices=[Part("less", correct=True), Part("more")]),
                                          Blank("blank-3", ["four"])]}),
    Reads("a number in a text that is none", "table", table("fill in", "It is ___", "#3 kg"), Result.REFUSED, "is not a number"),
    Reads("a menu in a text that lacks its answer", "table", table("fill in", "It is ___", "left", "up|down"), Result.REFUSED,
          "is none of its choices"),
    Reads("a menu without a gap", "table", table("fill in", "It is ___", "up", "up|down", "left|right"), Result.REFUSED,
          "Its choice 2 is no menu"),
    Reads("a menu with right choices only", "table", table("fill in", "It is ___", "up|down", "up|down"), Result.REFUSED,
          "are right"),
    Reads("gaps without a mark", "table", table("fill in", "one and two", "one"), Result.REFUSED, "has 0 gaps"),
    Reads("an answer that is none of the choices", "table", table("single", "Which?", "three", "one", "two"), Result.REFUSED,
          "is none of its choices"),
    Reads("a kind that a table cannot express", "table", table("essay", "Why?"), Result.REFUSED, "not supported: essay"),
    Reads("a formula in a cell", "table", table("single", "Which?", "=A1", "one", "two"), Result.REFUSED, "has a formula"),
    Reads("a formula in a cell", "table", workbook(_HEADINGS, ["단일 선택", "?", "=1+1", "one", "two"]), Result.REFUSED,
          "C2: The cell has a formula"),
    Reads("a column that is unknown", "table", table("short", "Who?", "a", "x", headings="type,question,answer,colour"),
          Result.LOSS, "Columns that are not read: colour"),
]  # fmt: skip
