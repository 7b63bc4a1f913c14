"""Form fields for the texts of a course, in the form that course files have."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from course_files.files import CONTROL
from course_files.merging import canonical


def _canonical(text: str) -> str:
    text = canonical(text)
    if CONTROL.search(text):
        raise ValidationError(_("This text contains a control character."))
    return text


class ShortText(forms.CharField):
    """A text of one line."""

    def to_python(self, value: Any) -> str:
        return " ".join(_canonical(super().to_python(value) or "").split("\n"))


class LongText(forms.CharField):
    """A text of several lines, shown with `rows` of them. Line ends are LF, as in a file."""

    def __init__(self, *, rows: int = 10, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **options)

    def to_python(self, value: Any) -> str:
        return _canonical(super().to_python(value) or "")


def language_name(code: str) -> str:
    """Return the name of a language in the reader's language."""
    return str(get_language_info(code)["name_translated"])
