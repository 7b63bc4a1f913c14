"""Make a new cohort from an old one: say when it starts, see every date in one table, change what you like, save."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common.admin.classes import page_context
from courses.admin.classes import CourseScopedAdmin
from courses.models import Cohort
from courses.roles.rules import Permission
from quizzes.admin.forms import EARLIEST_YEAR, LATEST_YEAR, DatesForm, MomentInput
from quizzes.authoring import cohorts, shifting
from quizzes.authoring.models import Quiz, QuizDates
from quizzes.authoring.shifting import Dates

NAMES = ("opens_at", "due_at", "closes_at")
# A hundred years: a larger number is a typing error.
MAX_DAYS = 36_525


class ShiftForm(forms.Form):
    """How far the dates move: to a first day, or by a number of days."""

    start = forms.DateField(
        label=gettext_lazy("first day of the new cohort"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    days = forms.IntegerField(
        label=gettext_lazy("or move every date by so many days"),
        required=False,
        validators=[MinValueValidator(-MAX_DAYS), MaxValueValidator(MAX_DAYS)],
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    weekdays_only = forms.BooleanField(
        label=gettext_lazy("weekdays only: a date on a weekend moves on to Monday"), required=False
    )

    def clean_start(self) -> Any:
        start = self.cleaned_data["start"]
        if start and not EARLIEST_YEAR <= start.year <= LATEST_YEAR:
            raise forms.ValidationError(
                _("The year is not between %(first)d and %(last)d.") % {"first": EARLIEST_YEAR, "last": LATEST_YEAR}
            )
        return start

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and (data["start"] is None) == (data["days"] is None):
            self.add_error("start", _("Say the first day, or the number of days: one of them."))
        return data


class NameForm(forms.ModelForm[Cohort]):
    class Meta:
        model = Cohort
        fields = ("name",)
        labels = {"name": gettext_lazy("name of the new cohort")}


class CopiedDatesForm(DatesForm):
    """The dates of one quiz for the new cohort."""

    class Meta:
        model = QuizDates
        fields = NAMES
        # With steps of a second browsers accept the 23:59:59 that many due dates have.
        widgets = dict.fromkeys(NAMES, MomentInput(attrs={"step": "1"}))


@dataclass(frozen=True, slots=True)
class Cell:
    """One date in the table. `before` is the old cohort's date; `is_moved` says that it left a weekend."""

    field: BoundField
    before: datetime | None
    is_moved: bool


@dataclass(frozen=True, slots=True)
class Row:
    quiz: Quiz
    form: CopiedDatesForm
    cells: list[Cell]


def cohort_copy(request: HttpRequest, cohort_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Show the form of the shift, and then the table of all dates. A POST of the table makes the cohort.

    The number of queries is constant.
    """
    rows_of_cohorts = Cohort.objects.select_related("course")
    cohort: Cohort = model_admin.get_row_or_404(request, cohort_id, Permission.ENROL, rows_of_cohorts)
    found = cohorts.find_dates(cohort)
    first = cohorts.find_first(found)
    shift_form = ShiftForm(request.GET if request.GET else None)
    name_form = NameForm(request.POST or None, instance=Cohort(course=cohort.course))
    has_table = request.method == "POST" or first is None or (request.GET and shift_form.is_valid())
    rows = _rows(request, found, _shifted(found, shift_form, first)) if has_table else []
    if request.method == "POST" and (made := _save(request, cohort, name_form, rows)):
        model_admin.log_addition(request, made, [{"added": {}}])
        return redirect("admin:courses_cohort_change", made.pk)
    faults = sum(len(form.errors) for form in (name_form, *(row.form for row in rows)))
    context = page_context(request, model_admin, _("New cohort from “%(name)s”") % {"name": cohort.name}) | {
        "cohort": cohort,
        "first": first,
        "shift_form": shift_form,
        "name_form": name_form,
        "rows": rows,
        "has_table": has_table,
        "faults": faults,
    }
    is_wrong = bool(faults) or (request.method == "GET" and shift_form.is_bound and not shift_form.is_valid())
    return render(request, "admin/quizzes/cohort_copy.html", context, status=400 if is_wrong else 200)


def _shifted(found: Sequence[tuple[Quiz, Dates]], form: ShiftForm, first: datetime | None) -> list[tuple[Dates, Dates]]:
    """Return (shifted, shifted without leaving weekends) for each quiz. Without a valid form nothing moves."""
    zone = timezone.get_current_timezone()
    if first is None or not form.is_valid():
        return [(dates, dates) for _quiz, dates in found]
    data = form.cleaned_data
    days = data["days"] if data["start"] is None else shifting.days_until(data["start"], first=first, zone=zone)
    return [
        (
            shifting.shift(dates, days=days, zone=zone, weekdays_only=data["weekdays_only"]),
            shifting.shift(dates, days=days, zone=zone),
        )
        for _quiz, dates in found
    ]


def _rows(
    request: HttpRequest, found: Sequence[tuple[Quiz, Dates]], shifted: Sequence[tuple[Dates, Dates]]
) -> list[Row]:
    rows = []
    for (quiz, before), (after, on_weekends) in zip(found, shifted, strict=True):
        initial = {name: getattr(after, name) for name in NAMES}
        form = CopiedDatesForm(request.POST or None, initial=initial, prefix=f"quiz-{quiz.pk}")
        cells = [
            Cell(form[name], getattr(before, name), getattr(after, name) != getattr(on_weekends, name))
            for name in NAMES
        ]
        rows.append(Row(quiz, form, cells))
    return rows


def _save(request: HttpRequest, cohort: Cohort, name_form: NameForm, rows: Sequence[Row]) -> Cohort | None:
    """Make the cohort. Return None if something in the forms is wrong; then they say what."""
    if not all([*(row.form.is_valid() for row in rows), name_form.is_valid()]):
        return None
    dates = {row.quiz.pk: Dates(*(row.form.cleaned_data[name] for name in NAMES)) for row in rows}
    try:
        made = cohorts.copy_cohort(cohort=cohort, name=name_form.cleaned_data["name"], dates=dates)
    except cohorts.CohortExists as refused:
        name_form.add_error("name", refused.message)
        return None
    count = sum(bool(each.given()) for each in dates.values())
    messages.success(
        request,
        ngettext(
            "The cohort “%(name)s” has its dates for %(n)d quiz. Its students are enrolled separately.",
            "The cohort “%(name)s” has its dates for %(n)d quizzes. Its students are enrolled separately.",
            count,
        )
        % {"name": made.name, "n": count},
    )
    return made
