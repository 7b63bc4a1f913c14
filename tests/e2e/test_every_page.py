"""Every page: axe finds nothing, the browser complains about nothing, no value is missing; in both languages and themes."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.conftest import Visitor, sign_up
from tests.e2e.pages import PUBLIC, Site, make_student_pages

pytestmark = [pytest.mark.e2e, pytest.mark.processes]

Visit = Callable[..., Visitor]
# The page of an address that does not exist is a 404, which the browser reports.
MISSING = "the server responded with a status of 404"


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("ko", "light", 390), ("ko", "dark", 1440), ("en", "dark", 390), ("en", "light", 1440)],
)
def test_axe_finds_nothing(visit: Visit, language: str, scheme: str, width: int) -> None:
    visitor = visit(language, scheme=scheme, width=width)
    axe, found = Axe(), {}

    def look(pages: dict[str, str]) -> None:
        for name, path in pages.items():
            page = visitor.go(path)
            # What a program says of a value that is missing is no text for a reader. The API's documents name null.
            unsaid = re.search(r"\bNone\b(?! of)|\b(undefined|NaN)\b", page.locator("main").inner_text())
            assert unsaid is None or name == "api-docs", (name, unsaid)
            violations = axe.run(page).response["violations"]
            for violation in violations:
                found[f"{name}: {violation['id']}"] = [node["html"][:200] for node in violation["nodes"]][:3]

    look(PUBLIC)
    sign_up(visitor)
    look(make_student_pages(Site(visitor.product.address, visitor.context), visitor.page))
    assert found == {}
    assert [text for text in visitor.complaints if MISSING not in text] == []
