"""Every page of the staff that shows a student's name or address is in the student's audit.

The pages are found by following links from the start of the admin, so a new page is covered without being named here.
"""

import re
from html import unescape
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client

from accounts.audit.models import AuditEntry
from accounts.models import User
from courses.models import Enrolment
from quizzes.attempts.models import Attempt
from tests.lms.test_admin import graded, root

__all__ = ["graded", "root"]

pytestmark = pytest.mark.django_db

CANARY = "Xanthippe Quillfeather"
LINK = re.compile(r'href="((?:/admin/|\?)[^"#]*)')
# Addresses that only sort or filter a list that was visited already, and those that sign out.
SKIPPED = re.compile(r"[?&](o|e|_facets|all|p|language|status|source)=|logout|jsi18n|/autocomplete/")


def crawl(client: Client, student: User, *, limit: int = 400) -> tuple[dict[str, str], set[str], set[str]]:
    """Return ({address: text} of the pages that can be reached, those that name the student, those without an entry)."""
    waiting = ["/admin/"]
    pages: dict[str, str] = {}
    named, missing = set(), set()
    while waiting and len(pages) < limit:
        url = waiting.pop(0)
        if url in pages or SKIPPED.search(url):
            continue
        before = entries_of(student)
        response = client.get(url, follow=True)
        if response.status_code != 200 or response.streaming:
            continue
        text = pages[url] = text_of(response)
        if CANARY in text or student.email in text:
            named.add(url)
            if entries_of(student) == before:
                missing.add(url)
        here = response.request["PATH_INFO"]
        found = (unescape(link) for link in LINK.findall(text))
        waiting += [here + link if link.startswith("?") else link for link in found]
    return pages, named, missing


def text_of(response: Any) -> str:
    """Return the text of a page, or of all files in a zip file, which a spreadsheet is, too."""
    if not response.content.startswith(b"PK"):
        return str(response.content.decode(response.charset, errors="replace"))
    with ZipFile(BytesIO(response.content)) as files:
        return "".join(files.read(name).decode(errors="replace") for name in files.namelist())


def entries_of(student: User) -> int:
    return AuditEntry.objects.filter(subject=student).count()


@pytest.fixture
def student(graded: Attempt) -> User:
    user = graded.enrolment.user
    User.objects.filter(pk=user.pk).update(name=CANARY, email="xanthippe@example.com")
    Enrolment.objects.filter(pk=graded.enrolment_id).update(cohort=None)
    user.refresh_from_db()
    return user


def test_an_administrators_pages_are_in_the_audit(root: Client, student: User) -> None:
    _pages, named, missing = crawl(root, student)
    assert missing == set()
    assert len(named) >= 15


def test_an_instructors_pages_are_in_the_audit_and_name_nobody_of_other_courses(
    ines_client: Client, bob: User, student: User
) -> None:
    User.objects.filter(pk=bob.pk).update(name="Bartholomew Stranger")
    pages, named, missing = crawl(ines_client, student)
    assert missing == set()
    assert len(named) >= 10
    assert [url for url, text in pages.items() if "Bartholomew" in text or bob.email in text] == []
