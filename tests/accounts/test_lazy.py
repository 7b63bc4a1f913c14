"""Modules that are loaded when they are used first."""

import os
import subprocess
import sys

import pytest

from accounts.sign_in.lazy import load_when_used


def _printed(code: str, **environment: str) -> str:
    env = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    ).stdout.strip()


def test_a_module_is_loaded_when_an_attribute_is_read() -> None:
    code = """
import sys
from accounts.sign_in.lazy import load_when_used
load_when_used("email.mime.audio")
from email.mime import audio
print("email.mime.nonmultipart" in sys.modules)
print(audio.MIMEAudio.__name__)
print("email.mime.nonmultipart" in sys.modules)
"""
    assert _printed(code).split() == ["False", "MIMEAudio", "True"]


def test_a_module_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(ModuleNotFoundError):
        load_when_used("accounts.no_such_module")


def test_a_web_process_starts_without_what_it_seldom_needs() -> None:
    code = """
import sys, django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
import common.uploads.pictures
print(sorted({"fido2", "cryptography", "css_inline", "PIL", "h2"} & sys.modules.keys()))
"""
    assert _printed(code) == "[]"


def test_a_worker_starts_without_what_reads_a_course() -> None:
    code = """
import sys
from lms import celery_app
celery_app.loader.import_default_modules()
seldom = {"course_files.course.parsing", "workspace.publishing.publish", "markdown_it", "css_inline", "PIL", "h2"}
print(sorted(seldom & sys.modules.keys()))
"""
    assert _printed(code, BAEUM_ROLE="worker", CELERY_SKIP_CHECKS="1") == "[]"


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_process_of_a_site_does_not_load_what_only_tools_of_developers_bring(role: str) -> None:
    code = """
import sys, django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
print(sorted(name for name in ("jinja2", "requests", "rich") if sys.modules.get(name)))
"""
    assert _printed(code, BAEUM_ROLE=role, DJANGO_SETTINGS_MODULE="lms.settings") == "[]"
