"""text2qti 0.8.0, citolab-qti-convert 0.2.0 and moodle-xml-parser 0.3.1 agree with what is read and written here."""

import base64
import copy
import html
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from exchange import moodle, qti
from exchange.html import conversion
from exchange.items.questions import Blank, Part, Question
from tests.exchange.files import read
from tests.exchange.test_every_question import differences
from tests.peers import tools
from tests.peers.answers import answers, share
from tests.peers.samples import KINDS, samples

pytestmark = pytest.mark.peers
# What means nothing in the Markdown of text2qti and of this site. text2qti makes straight quotation marks curly.
PLAIN = ("표류", "개념 드리프트가", "a & b", "5 < 6", "x = {y}", "100%", "“따옴표”", "-3.5", "a # b", "~ 1,000")


def ask(peer: str, given: list[str]) -> list[Any]:
    found: list[Any] = tools.ask("python", "pypi_peers.py", {"peer": peer, "given": given})
    return found


# --- text2qti: it only writes, so its package is read here ----------------------------------------------------------


def in_plain_words(question: Question) -> Question:
    """Return the question with plain texts in its parts and answers, all or nothing, without known wrong answers.

    Canvas, for which text2qti writes, gives the points for several choices only if all are right.
    """
    question = copy.deepcopy(question)
    question.credit, question.wrong = "all", []
    for place, part in enumerate(question.parts):
        part.text, part.feedback = f"{place} {PLAIN[(place + len(question.parts)) % len(PLAIN)]}", ""
    question.accept = [f"{PLAIN[place % len(PLAIN)]} {place}" for place in range(len(question.accept))]
    return question


def source(question: Question) -> Iterator[str]:
    """Yield the lines of a question in text2qti's format."""
    yield f"1. Frage {question.name} “따옴표” = {{x}}"
    if question.kind == "single_choice":
        yield from (f"{'*' if part.correct else ''}{'abcdef'[n]}) {part.text}" for n, part in enumerate(question.parts))
    elif question.kind == "multiple_choice":
        yield from (f"[{'*' if part.correct else ' '}] {part.text}" for part in question.parts)
    elif question.kind == "short_answer":
        yield from (f"* {text}" for text in question.accept)
    elif question.kind == "numeric":
        yield f"= {question.extra['value']:f} +- {question.extra['tolerance']:f}"
    else:
        yield "____" if question.extra["text"] else "^^^^"


@pytest.mark.parametrize("kind", ["single_choice", "multiple_choice", "short_answer", "numeric", "hand_in"])
def test_a_package_of_text2qti_is_read_with_its_key(kind: str) -> None:
    questions = [in_plain_words(question) for question in samples(kind)]
    packages = ask("text2qti", ["\n".join(source(question)) + "\n" for question in questions])
    for question, package in zip(questions, packages, strict=True):
        parsed = read(base64.b64decode(package))
        assert not parsed.skipped
        (found,) = parsed.questions
        assert found.kind == kind
        assert conversion.to_plain(found.text) == f"Frage {question.name} “따옴표” = {{x}}"
        assert [(conversion.to_plain(part.text), part.correct) for part in found.parts] == [
            (part.text, part.correct) for part in question.parts
        ]
        assert found.accept == question.accept
        for part, place in zip(found.parts, question.parts, strict=True):
            part.key = place.key
        for answer in answers(question):
            assert share(found, answer) == share(question, answer), (question, answer)


# --- citolab-qti-convert ---------------------------------------------------------------------------------------------


def items(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return [package.read(name).decode() for name in package.namelist() if name.startswith("items/")]


@pytest.mark.parametrize("kind", KINDS)
def test_our_qti_made_another_version_by_citolab_is_the_same(kind: str) -> None:
    questions = list(samples(kind))
    made = qti.write(questions, language="en", name="quiz")
    losses: dict[str, list[str]] = {}
    for key, loss in made.losses:
        losses.setdefault(key, []).append(loss)
    upgraded = ask("to 3.0", items(made.content))
    downgraded = ask("to 2.1", items(qti.write_3(questions, language="en", name="quiz").content))
    for question, *texts in zip(questions, upgraded, downgraded, strict=True):
        for text in texts:
            (found,) = read(text).questions
            # The points are in the test of a package, not in an item.
            found.points = question.points
            assert differences(question, found, losses.get(question.name, [])) == {}


# --- moodle-xml-parser: it reads multiple choice, and gaps that have no escaped sign -----------------------------------


@pytest.mark.parametrize("kind", ["single_choice", "multiple_choice"])
def test_the_weights_that_moodle_xml_parser_reads_give_our_score(kind: str) -> None:
    questions = samples(kind)
    files = [moodle.write([question], language="en", name="quiz") for question in questions]
    results = ask("moodle xml", [file.content.decode() for file in files])
    for question, file, result in zip(questions, files, results, strict=True):
        (peer,) = result["multichoice"]
        assert (peer["single"], peer["shuffle_answers"]) == (kind == "single_choice", question.shuffle)
        options = peer["options"]
        for part, option in zip(question.parts, options, strict=True):
            # It takes the characters of HTML for those of XML and resolves them once more.
            assert option["answer"] == html.unescape(conversion.to_html(part.text, language="en", losses=[]))
        in_parts = any("all-or-nothing" in loss for _key, loss in file.losses)
        for answer in answers(question):
            expected = share(question, answer)
            found = max(0.0, sum(options[place]["score_fraction"] for place in answer.chosen) / 100)
            assert found == pytest.approx(expected, abs=1e-4) or (in_parts and expected == 0 and found < 0.999)


def test_moodle_xml_parser_reads_gaps_without_escapes() -> None:
    """It ends a gap at the first brace and an answer at the first tilde or number sign, also at escaped ones."""
    words = [text for text in PLAIN if not set(text) & set("{}~#&%<")]
    for question in samples("fill_in"):
        blanks = [Blank(blank.key, words[: len(blank.accept) or 1]) for blank in question.blanks]
        text = " 그리고 ".join(f"{{{{{blank.key}}}}}" for blank in blanks) + "."
        file = moodle.write([replace(question, text=text, blanks=blanks)], language="ko", name="quiz")
        ((peer,),) = [result["cloze"] for result in ask("moodle xml", [file.content.decode()])]
        found = [[(option["answer"].lstrip("="), option["score"]) for option in gap["options"]] for gap in peer["gaps"]]
        assert found == [[(text, 100) for text in blank.accept] for blank in blanks]


def test_moodle_xml_parser_reads_menus_and_numbers_in_a_text() -> None:
    """It does not know the kind of a menu whose choices are shuffled (MULTICHOICE_S), which Moodle has."""
    menu = Blank("a", choices=[Part("up", "u", correct=True), Part("down", "d")])
    number = Blank("b", extra={"value": 2.5, "tolerance": 0.5})
    question = Question("q", "fill_in", "It goes {{a}} by {{b}}.", "2", "partial", blanks=[menu, number])
    for shuffle in (False, True):
        file = moodle.write([replace(question, shuffle=shuffle)], language="en", name="quiz")
        ((peer,),) = [result["cloze"] for result in ask("moodle xml", [file.content.decode()])]
        kinds = [gap["sub_type"] for gap in peer["gaps"]]
        assert kinds == ["UNKNOWN" if shuffle else "MULTICHOICE", "NUMERICAL"]
        found = [[(option["answer"].lstrip("="), option["score"]) for option in gap["options"]] for gap in peer["gaps"]]
        assert found[1] == [("2.5:0.5", 100)]
        assert shuffle or found[0] == [("up", 100), ("down", 0)]
