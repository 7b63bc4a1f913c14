"""The admin, the workspace and every mail are in one language."""

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.course_files import sample
from tests.lms.test_translations import HANGUL, LATIN, NOT_ENGLISH, Words

pytestmark = pytest.mark.django_db
WORKSPACE = "/admin/workspace/"
# What is no sentence of ours: keys, names of files and algorithms, texts of the course, the name of a key on the keyboard.
NAMES = [
    r"\besc\b",
    r"\bmd5\b",
    r"[0-9a-f*-]{20,}",
    r"[A-Za-z0-9]+\*+",
    r"\bUuid\b",
    r"\bsample\b",
    "A sample course",
    "A small course for tests.",
]


def pages() -> list[str]:
    found = ["/admin/", WORKSPACE]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            found.append(reverse(f"{name}_change", args=[row.pk]))
            found.append(reverse(f"{name}_history", args=[row.pk]))
    parts = ("", "settings/", "glossary/", "files/", "publish/", "history/", "lessons/making-tea/", "quizzes/quiz-tea/")
    return [*found, *(f"{WORKSPACE}sample/{part}" for part in parts)]


def test_the_pages_of_staff_are_in_korean(admin_user: User) -> None:
    sample.load(sample.SAMPLE)
    User.objects.filter(pk=admin_user.pk).update(language="ko")
    client = Client(headers={"Accept-Language": "ko"})
    client.force_login(admin_user)
    found = {}
    for path in pages():
        answer = client.get(path)
        assert answer.status_code in (200, 302), path
        # unfold's icons are words that a font draws.
        text = re.sub(r"<span[^>]*material-symbols[^>]*>.*?</span>", "", answer.text, flags=re.S)
        said = Words(text).in_language("ko")
        names = re.compile("|".join([r"\S+@\S+", r"\S*[/.]\S+", *NAMES, *sorted(NOT_ENGLISH)]))
        if path == "/admin/mfa/authenticator/":
            # Its breadcrumbs are names of the library, which has no translation of them.
            said -= {"MFA", "Authenticators"}
        found[path] = {words for words in said if not HANGUL.search(words) and LATIN.search(names.sub("", words))}
    assert {path: sorted(words) for path, words in found.items() if words} == {}
