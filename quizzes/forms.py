"""The admin's forms for quizzes: what somebody types is held against what a course's files may say, before it is saved."""

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet, ModelForm
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import schema
from courses import gradebook
from courses.archive.format import SCHEMA
from courses.models import Enrolment, GradeItem
from quizzes.models import Choice, Question, Quiz, QuizDates, QuizException
from quizzes.questions import KINDS

# Dates before it are slips of the hand, and the first of all years cannot be turned into UTC.
EARLIEST_YEAR = 2000
# Students named in a message; more are counted.
NAMED = 10


class DatesForm(ModelForm[Any]):
    """Three dates that follow one another: opens, due, closes. Any of them may be left out."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        opens, due, closes = (data.get(name) for name in ("opens_at", "due_at", "closes_at"))
        for name, date in (("opens_at", opens), ("due_at", due), ("closes_at", closes)):
            if date and date.year < EARLIEST_YEAR:
                self.add_error(name, _("The year lies before %(year)d.") % {"year": EARLIEST_YEAR})
        if opens and due and due <= opens:
            self.add_error("due_at", _("The due date comes after the opening."))
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("The closing comes after the opening."))
        if due and closes and closes < due:
            self.add_error("closes_at", _("The closing does not come before the due date."))
        return data


class QuizForm(DatesForm):
    """The rules of a quiz, by the schema of the course's files."""

    class Meta:
        model = Quiz
        fields = "__all__"  # noqa: DJ007 - the admin says which

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in ("attempts_allowed", "pass_mark", "time_limit"):
            for fault in _faults(name, data.get(name, 1)):
                self.add_error(name, fault)
        if "counts" in self.changed_data and (losing := self._losing(data.get("counts", ""))):
            self.add_error("counts", losing)
        return data

    def _losing(self, counts: str) -> str:
        """Nobody's grade falls by a click: who would stand lower by that rule of which attempt counts; "" for nobody."""
        item = GradeItem.objects.filter(activity=self.instance.activity_id).first()
        if item is None:
            return ""
        moved = gradebook.moved(item, GradeItem(counts=counts))
        losing = [student for student, (before, after) in moved.items() if after < before]
        if not losing:
            return ""
        students = Enrolment.objects.filter(pk__in=losing).select_related("user").order_by("user__name")
        return ngettext(
            "By this rule %(n)d student would stand lower, without having been told before: %(who)s. Keep the rule.",
            "By this rule %(n)d students would stand lower, without having been told before: %(who)s. Keep the rule.",
            len(losing),
        ) % {
            "n": len(losing),
            "who": ", ".join(str(student.user) for student in students[:NAMED]) + (" …" if len(losing) > NAMED else ""),
        }

    def clean_pools(self) -> dict[str, int]:
        pools = self.cleaned_data["pools"] or {}
        if faults := _faults("pools", pools):
            raise ValidationError(faults)
        # 2.0 is an integer to a schema.
        return {name: int(wanted) for name, wanted in pools.items()}


def _faults(rule: str, value: Any) -> list[str]:
    return schema.faults({rule: value}, schema=SCHEMA, definition="rules")


class QuizDatesForm(DatesForm):
    class Meta:
        model = QuizDates
        fields = "__all__"  # noqa: DJ007 - the admin says which


class QuizExceptionForm(DatesForm):
    class Meta:
        model = QuizException
        fields = "__all__"  # noqa: DJ007 - the admin says which


class ChoiceFormSet(BaseInlineFormSet[Choice, Question, ModelForm[Choice]]):
    def clean(self) -> None:
        super().clean()
        kept = [
            f.cleaned_data for f in self.forms if f.is_valid() and f.cleaned_data and not f.cleaned_data.get("DELETE")
        ]
        right = sum(bool(data.get("is_correct")) for data in kept)
        if self.instance.kind == "single_choice" and kept and right != 1:
            raise ValidationError(_("A single choice question has exactly one correct choice."))
        if self.instance.kind == "multiple_choice" and kept and not right:
            raise ValidationError(_("A multiple choice question has at least one correct choice."))


class QuestionForm(ModelForm[Question]):
    """Holds the definition against what its kind asks for."""

    def clean_definition(self) -> Any:
        definition = self.cleaned_data.get("definition") or {}
        kind = KINDS.get(self.cleaned_data.get("kind", ""))
        if kind is not None and (faults := schema.faults_by(definition, kind.schema)):
            example = [_("For example, in the course's files: %s") % kind.example] if kind.example else []
            raise ValidationError([*faults, *example])
        return definition
