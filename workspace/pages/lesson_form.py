"""The form of a lesson: its texts in all languages side by side, and its rubric."""

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Lesson
from workspace.drafts import lessons
from workspace.drafts.lessons import EditionTexts
from workspace.drafts.outline import Changes
from workspace.drafts.records import DraftedCourse
from workspace.pages.fields import LongText, ShortText, language_name

_CODE = re.compile(r"[0-9A-Za-z]+(-[0-9A-Za-z]+)*\Z")
# Rows of the rubric: the format allows so many. Empty rows are offered for new criteria.
MOST_CRITERIA, EMPTY_CRITERIA = 20, 2


class LessonForm(forms.Form):
    """Validates what an author wrote. `changes` returns the records."""

    lesson_kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Lesson.Kind.choices)
    code = ShortText(label=gettext_lazy("Number"), max_length=10)

    def __init__(self, data: QueryDict | None, *, drafted: DraftedCourse, slug: str) -> None:
        self.drafted, self.slug = drafted, slug
        self.rows = lessons.rubric_rows(drafted, slug)
        super().__init__(data, initial=self._initial())
        original = drafted.languages[0]
        for code in drafted.languages:
            name, needed = language_name(code), code == original
            self._add(f"title_{code}", _("Title"), name, code, ShortText(max_length=200, required=needed))
            minutes = forms.IntegerField(min_value=1, max_value=1000, initial=5, required=needed)
            self._add(f"minutes_{code}", _("Reading minutes"), name, code, minutes)
            objectives = LongText(required=False, max_length=10_000, rows=6)
            self._add(f"objectives_{code}", _("What one learns, one objective a line"), name, code, objectives)
            body = LongText(required=False, max_length=300_000, strip=False)
            self._add(f"body_{code}", _("Text"), name, code, body)
        self.row_count = self._count_rows()
        for number in range(self.row_count):
            self._add_row(number)

    def _add(self, name: str, label: str, language: str, code: str, field: forms.Field) -> None:
        field.label = f"{label} ({language})"
        field.widget.attrs["lang"] = code
        self.fields[name] = field

    def _count_rows(self) -> int:
        if not self.is_bound:
            return min(len(self.rows) + EMPTY_CRITERIA, MOST_CRITERIA)
        numbers = [number for number in range(MOST_CRITERIA) if f"points_{number}" in self.data]
        return len(numbers)

    def _add_row(self, number: int) -> None:
        row = self.rows[number] if number < len(self.rows) else None
        key = ShortText(required=False, max_length=100)
        key.widget = forms.HiddenInput()
        key.initial = row["key"] if row else ""
        self.fields[f"key_{number}"] = key
        points = forms.IntegerField(min_value=1, max_value=1000, required=False, initial=row["points"] if row else None)
        points.label = _("Points")
        self.fields[f"points_{number}"] = points
        for code in self.drafted.languages:
            name = language_name(code)
            title = ShortText(required=False, max_length=200, initial=row["titles"].get(code, "") if row else "")
            self._add(f"criterion_{number}_{code}", _("Criterion"), name, code, title)
            text = ShortText(required=False, max_length=2000, initial=row["descriptions"].get(code, "") if row else "")
            self._add(f"description_{number}_{code}", _("What earns the points"), name, code, text)

    def _initial(self) -> dict[str, Any]:
        activity = self.drafted.records["activity", self.slug]
        found: dict[str, Any] = {"lesson_kind": activity["lesson_kind"], "code": activity["code"]}
        for code in self.drafted.languages:
            edition = self.drafted.records.get(("edition", self.slug, code))
            if edition:
                found |= {
                    f"title_{code}": edition["title"],
                    f"minutes_{code}": edition["minutes"],
                    f"objectives_{code}": lessons.objectives_as_text(edition),
                    f"body_{code}": edition["body"],
                }
        return found

    # --- for the template --------------------------------------------------------------------------------------

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Return the fields of each language: [{"code", "name", "title", "minutes", "objectives", "body"}]."""
        names = ("title", "minutes", "objectives", "body")
        return [
            {"code": code, "name": language_name(code), **{name: self[f"{name}_{code}"] for name in names}}
            for code in self.drafted.languages
        ]

    @property
    def criteria(self) -> list[dict[str, Any]]:
        """Return the rows of the rubric: [{"key", "points", "texts": [fields of a language]}]."""
        return [
            {
                "key": self[f"key_{number}"],
                "points": self[f"points_{number}"],
                "texts": [
                    (self[f"criterion_{number}_{code}"], self[f"description_{number}_{code}"])
                    for code in self.drafted.languages
                ],
            }
            for number in range(self.row_count)
        ]

    @property
    def has_rubric(self) -> bool:
        return bool(self.rows) or self["lesson_kind"].value() == Lesson.Kind.PRACTICE

    # --- checks ------------------------------------------------------------------------------------------------

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not _CODE.match(code):
            raise forms.ValidationError(_("A number has letters, digits and single hyphens, such as 3-1."))
        for key, fields in self.drafted.records.items():
            if key[0] == "activity" and key[1] != self.slug and fields.get("code") == code and not fields["archived"]:
                raise forms.ValidationError(_("Another lesson has this number."))
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for code in self.drafted.languages:
            if data.get(f"body_{code}") and not data.get(f"title_{code}") and f"title_{code}" not in self.errors:
                self.add_error(f"title_{code}", _("A text needs a title."))
            if len(data.get(f"objectives_{code}", "").split("\n")) > 20:
                self.add_error(f"objectives_{code}", _("A lesson has at most 20 objectives."))
        for number in range(self.row_count):
            self._clean_row(number, data)
        return data

    def _clean_row(self, number: int, data: dict[str, Any]) -> None:
        """A row without texts is left out. Any other one has points, and a title and a text in each language it is in."""
        texts = [
            (code, data.get(f"criterion_{number}_{code}", ""), data.get(f"description_{number}_{code}", ""))
            for code in self.drafted.languages
        ]
        if not any(title or text for _code, title, text in texts):
            return
        if not data.get(f"points_{number}") and f"points_{number}" not in self.errors:
            self.add_error(f"points_{number}", _("A criterion is worth at least one point."))
        for code, title, text in texts:
            if bool(title) != bool(text):
                name = f"description_{number}_{code}" if title else f"criterion_{number}_{code}"
                self.add_error(name, _("A criterion has a name and a text."))

    # --- result ------------------------------------------------------------------------------------------------

    def changes(self) -> Changes:
        """Return the records of the lesson. The form must be valid."""
        data, languages = self.cleaned_data, self.drafted.languages
        rows = [
            number for number in range(self.row_count) if any(data[f"criterion_{number}_{code}"] for code in languages)
        ]
        known = {row["key"] for row in self.rows}
        row_keys = lessons.criterion_keys(
            [
                (
                    data[f"key_{number}"] if data[f"key_{number}"] in known else "",
                    {code: data[f"criterion_{number}_{code}"] for code in languages},
                )
                for number in rows
            ]
        )
        return lessons.changes(
            self.drafted,
            self.slug,
            editions={
                code: EditionTexts(
                    title=data[f"title_{code}"],
                    minutes=data[f"minutes_{code}"] or 5,
                    objectives=data[f"objectives_{code}"],
                    body=data[f"body_{code}"],
                    criteria=[
                        (data[f"criterion_{number}_{code}"], data[f"description_{number}_{code}"]) for number in rows
                    ],
                )
                for code in languages
            },
            lesson_kind=data["lesson_kind"],
            code=data["code"],
            criteria=[(key, data[f"points_{number}"]) for key, number in zip(row_keys, rows, strict=True)],
        )
