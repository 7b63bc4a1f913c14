"""Validate the dates of quizzes and the exceptions for students in the admin."""

from datetime import datetime
from typing import Any

from django.forms import BooleanField, DateTimeInput, EmailField, ModelForm
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.identity import normalise_address
from courses.models import Enrolment
from quizzes.attempts.rules import find_students_cut_off
from quizzes.authoring import grade_effects
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride

# Other dates are typing errors. At the ends of the calendar, the conversion to another time zone even overflows.
EARLIEST_YEAR, LATEST_YEAR = 2000, 2999


class MomentInput(DateTimeInput):
    """A browser's own field for date and time, which works without script. It shows seconds only where there are some."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        if not isinstance(value, datetime):
            # What somebody typed and the form refused.
            return super().format_value(value)
        return value.replace(tzinfo=None).isoformat(timespec="seconds" if value.second else "minutes")


class DatesForm(ModelForm[Any]):
    """Validate three optional dates, which must be in this order: opens, due, closes."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        opens, due, closes = (data.get(name) for name in ("opens_at", "due_at", "closes_at"))
        for name, date in (("opens_at", opens), ("due_at", due), ("closes_at", closes)):
            if date and (fault := _wrong_year(date)):
                self.add_error(name, fault)
        if opens and due and due <= opens:
            self.add_error("due_at", _("The due date must be after the opening."))
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("The closing must be after the opening."))
        if due and closes and closes < due:
            self.add_error("closes_at", _("The closing must not be before the due date."))
        return data


class QuizForm(DatesForm):
    """The dates of a quiz and its access code."""

    ends_running = BooleanField(
        label=gettext_lazy("end running attempts"),
        required=False,
        help_text=gettext_lazy("Only needed if a new closing date ends attempts that are in progress."),
    )

    class Meta:
        model = Quiz
        fields = "__all__"  # noqa: DJ007 - the admin class lists the fields

    def _post_clean(self) -> None:
        """Refuse dates that would end running attempts at once, unless `ends_running` is ticked.

        Runs after Django has copied the new rules to the instance.
        """
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        if self.errors or self.instance._state.adding or self.cleaned_data.get("ends_running"):
            return
        if "closes_at" not in self.changed_data:
            return
        students = find_students_cut_off(self.instance, timezone.now())
        if students:
            self.add_error(
                "closes_at",
                ngettext(
                    "%(n)d student is in the middle of an attempt, which this would end at once: %(who)s. Choose a later "
                    "moment, or tick “end running attempts”.",
                    "%(n)d students are in the middle of an attempt, which this would end at once: %(who)s. Choose a later "
                    "moment, or tick “end running attempts”.",
                    len(students),
                )
                % {"n": len(students), "who": grade_effects.join_names(students)},
            )


def _wrong_year(date: datetime) -> str:
    """Return the error message for a date before EARLIEST_YEAR or after LATEST_YEAR; "" if the date is valid."""
    if date.year < EARLIEST_YEAR:
        return _("The year is before %(year)d.") % {"year": EARLIEST_YEAR}
    return _("The year is after %(year)d.") % {"year": LATEST_YEAR} if date.year > LATEST_YEAR else ""


class QuizDatesForm(DatesForm):
    class Meta:
        model = QuizDates
        fields = "__all__"  # noqa: DJ007 - the admin class lists the fields


class QuizOverrideForm(DatesForm):
    class Meta:
        model = QuizOverride
        fields = "__all__"  # noqa: DJ007 - the admin class lists the fields


class NewQuizOverrideForm(QuizOverrideForm):
    """Asks for the student's address. A list to choose from would be as long as the site has students."""

    email = EmailField(label=gettext_lazy("the student's e-mail address"))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        quiz, email = data.get("quiz"), data.get("email")
        if not quiz or not email:
            return data
        enrolment = Enrolment.objects.filter(
            course=quiz.activity.course_id, user__email=normalise_address(email)
        ).first()
        if enrolment is None:
            self.add_error("email", _("Nobody with this address is enrolled in the course of the quiz."))
        elif QuizOverride.objects.filter(quiz=quiz, enrolment=enrolment).exists():
            self.add_error("email", _("This student has an exception for this quiz already. Change that one."))
        else:
            self.instance.enrolment = enrolment
        return data
