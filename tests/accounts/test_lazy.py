"""Modules that are loaded when they are used first."""

import subprocess
import sys

import pytest

from accounts.sign_in.lazy import load_when_used


def _printed(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


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
import workspace.uploads.pictures
print(sorted({"fido2", "cryptography", "css_inline", "PIL"} & sys.modules.keys()))
"""
    assert _printed(code) == "[]"
