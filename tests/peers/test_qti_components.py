"""@citolab/qti-components 7.27.4 shows our QTI 3.0 in Chromium and gives our score for every answer."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from exchange import qti
from exchange.html import conversion
from exchange.items.questions import Question
from exchange.qti.items import identifier
from tests.conftest import CHROMIUM
from tests.e2e.pages import ARGUMENTS
from tests.peers import tools
from tests.peers.answers import Answer, answers, share
from tests.peers.samples import KINDS, samples

pytestmark = [
    pytest.mark.peers,
    pytest.mark.skipif(not CHROMIUM, reason="needs Chromium (Debian: apt install chromium)"),
]
_LIBRARY = "@citolab/qti-components/cdn/index.js"
_IMPORT = (
    "async (text) => { window.qti = await import(URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))) }"
)
SHOW = (tools.HERE / "qti.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.evaluate(_IMPORT, (tools.PACKAGES.modules / _LIBRARY).read_text(encoding="utf-8"))
        yield page
        browser.close()


def item(question: Question) -> str:
    """Return the item of QTI 3.0 that is exported for a question."""
    made = qti.write_3([question], language="ko", name="quiz")
    with zipfile.ZipFile(io.BytesIO(made.content)) as package:
        return package.read(f"items/{question.name}.xml").decode()


def response(question: Question, answer: Answer) -> dict[str, Any]:
    """Return the answer as the response variables of the item that have a value."""
    chosen = [identifier(question.parts[place].key) for place in answer.chosen]
    pairs = [
        f"{_side(question, left, left=True)} {_side(question, right, left=False)}"
        for left, right in answer.pairs.items()
    ]
    menus = {blank.key for blank in question.blanks if blank.choices}
    gaps = {identifier(key, "G"): identifier(text) if key in menus else text for key, text in answer.gaps.items()}
    if question.kind == "single_choice":
        chosen = chosen[0] if chosen else []  # type: ignore[assignment]
    given = chosen or pairs or answer.text
    return {**gaps, **({"RESPONSE": given} if given else {})}


def _side(question: Question, place: int, *, left: bool) -> str:
    pair = question.pairs[place]
    return identifier(pair.key, "L" if left else "R" if pair.left else "D")


def without_space(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "hand_in"])
def test_it_shows_our_texts_and_gives_our_score(page: Page, kind: str) -> None:
    for question in samples(kind):
        given = answers(question)
        found = page.evaluate(SHOW, [item(question), [response(question, answer) for answer in given]])
        texts = {identifier(part.key): part.text for part in question.parts}
        for pair in question.pairs:
            texts |= {identifier(pair.key, "R" if pair.left else "D"): pair.right}
            texts |= {identifier(pair.key, "L"): pair.left} if pair.left else {}
        assert {name: without_space(text) for name, text in found["texts"].items()} == {
            name: without_space(conversion.to_plain(text)) for name, text in texts.items()
        }
        # It rounds a score to three decimals.
        expected = [pytest.approx(share(question, answer), abs=0.0006) for answer in given]
        assert found["scores"] == expected, (question, given)


def test_it_leaves_a_hand_in_without_a_score(page: Page) -> None:
    for question in samples("hand_in"):
        found = page.evaluate(SHOW, [item(question), [{}, {"RESPONSE": "한 문장"}]])
        assert found["scores"] == [0, 0]
