"""Validate quizzes, dates, overrides and questions in the admin by the rules of the course format."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet, BooleanField, ModelForm
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.files import schema
from courses.course_format import SCHEMA
from quizzes.attempts.rules import find_students_cut_off
from quizzes.authoring import grade_effects
from quizzes.authoring.models import Choice, Question, Quiz, QuizDates, QuizOverride
from quizzes.questions import KINDS, Kind

# Earlier dates are typing errors. In the year 1, the conversion to UTC can even overflow.
EARLIEST_YEAR = 2000


class DatesForm(ModelForm[Any]):
    """Validate three optional dates, which must be in this order: opens, due, closes."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        opens, due, closes = (data.get(name) for name in ("opens_at", "due_at", "closes_at"))
        for name, date in (("opens_at", opens), ("due_at", due), ("closes_at", closes)):
            if date and (fault := _too_early(date)):
                self.add_error(name, fault)
        if opens and due and due <= opens:
            self.add_error("due_at", _("The due date must be after the opening."))
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("The closing must be after the opening."))
        if due and closes and closes < due:
            self.add_error("closes_at", _("The closing must not be before the due date."))
        return data


class QuizForm(DatesForm):
    """The rules of a quiz, validated by the schema of the course format."""

    ends_running = BooleanField(
        label=gettext_lazy("end running attempts"),
        required=False,
        help_text=gettext_lazy("Only needed if a new closing date ends attempts that are in progress."),
    )

    class Meta:
        model = Quiz
        fields = "__all__"  # noqa: DJ007 - the admin class lists the fields

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in ("attempts_allowed", "pass_mark", "time_limit"):
            for fault in _faults(name, data.get(name, 1)):
                self.add_error(name, fault)
        changed = [
            name for name in ("grading_method", "pass_mark") if name in self.changed_data and name in self.cleaned_data
        ]
        if changed and "grading_method" in data and "pass_mark" in data:
            losing = grade_effects.explain_grade_losses(
                self.instance.activity_id, grading_method=data["grading_method"], pass_mark=data["pass_mark"]
            )
            if losing:
                self.add_error(changed[0], losing)
        return data

    def _post_clean(self) -> None:
        """Refuse dates that would end running attempts at once, unless `ends_running` is ticked.

        Runs after Django has copied the new rules to the instance.
        """
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        if self.errors or self.instance._state.adding or self.cleaned_data.get("ends_running"):
            return
        if "closes_at" not in self.changed_data and "late_rule" not in self.changed_data:
            return
        students = find_students_cut_off(self.instance, timezone.now())
        if students:
            self.add_error(
                "closes_at" if "closes_at" in self.changed_data else "late_rule",
                ngettext(
                    "%(n)d student is in the middle of an attempt, which this would end at once: %(who)s. Choose a later "
                    "moment, or tick “end running attempts”.",
                    "%(n)d students are in the middle of an attempt, which this would end at once: %(who)s. Choose a later "
                    "moment, or tick “end running attempts”.",
                    len(students),
                )
                % {"n": len(students), "who": grade_effects.join_names(students)},
            )

    def clean_pools(self) -> dict[str, int]:
        pools = self.cleaned_data["pools"] or {}
        if faults := _faults("pools", pools):
            raise ValidationError(faults)
        # JSON Schema accepts 2.0 as an integer.
        return {name: int(count) for name, count in pools.items()}


def _examples(kinds: Iterable[Kind]) -> Iterator[tuple[str, str]]:
    """Yield (label, definition as JSON) of an example for each kind that needs a definition."""
    for kind in kinds:
        if kind.example:
            value = yaml.safe_load(kind.example)
            yield (_("An example: %(kind)s") % {"kind": _(kind.label)}, json.dumps(value, ensure_ascii=False, indent=2))


def _too_early(date: datetime) -> str:
    """Return the error message for a date before EARLIEST_YEAR; "" if the date is valid."""
    return _("The year is before %(year)d.") % {"year": EARLIEST_YEAR} if date.year < EARLIEST_YEAR else ""


def _faults(rule: str, value: Any) -> list[str]:
    """Return the error messages of the course format's schema for one rule of a quiz."""
    return schema.faults({rule: value}, schema=SCHEMA, definition="rules")


class QuizDatesForm(DatesForm):
    class Meta:
        model = QuizDates
        fields = "__all__"  # noqa: DJ007 - the admin class lists the fields


class QuizOverrideForm(DatesForm):
    class Meta:
        model = QuizOverride
        fields = "__all__"  # noqa: DJ007 - the admin class lists the fields


class ChoiceFormSet(BaseInlineFormSet[Choice, Question, ModelForm[Choice]]):
    def clean(self) -> None:
        super().clean()
        choices = [
            f.cleaned_data for f in self.forms if f.is_valid() and f.cleaned_data and not f.cleaned_data.get("DELETE")
        ]
        correct = sum(bool(data.get("is_correct")) for data in choices)
        if self.instance.kind == "single_choice" and choices and correct != 1:
            raise ValidationError(_("A single choice question has exactly one correct choice."))
        if self.instance.kind == "multiple_choice" and choices and not correct:
            raise ValidationError(_("A multiple choice question has at least one correct choice."))


class QuestionForm(ModelForm[Question]):
    """Validate the definition by the schema of the question kind, and show examples of definitions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        definition = self.fields["definition"]
        definition.label = _("settings of the kind (JSON)")
        shown = [KINDS[self.instance.kind]] if self.instance.pk and self.instance.kind in KINDS else KINDS.values()
        definition.help_text = format_html_join(
            "",
            '<details><summary class="cursor-pointer underline">{}</summary><pre>{}</pre></details>',
            _examples(shown),
        )

    def clean_archived_at(self) -> datetime | None:
        date: datetime | None = self.cleaned_data["archived_at"]
        if date and (fault := _too_early(date)):
            raise ValidationError(fault)
        return date

    def clean_definition(self) -> Any:
        definition = self.cleaned_data.get("definition") or {}
        kind = KINDS.get(self.cleaned_data.get("kind", ""))
        if kind is not None and (faults := schema.faults_by(definition, kind.schema)):
            example = [_("For example, in the course's files: %s") % kind.example] if kind.example else []
            raise ValidationError([*faults, *example])
        return definition
