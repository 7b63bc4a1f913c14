"""Grant one exception to several students at once."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.forms import BooleanField, CharField, ModelChoiceField, Textarea
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.audit import recording
from accounts.identity import normalise_address
from accounts.requests import AuthenticatedRequest
from calendars import changes
from common.admin.classes import page_context
from courses.admin.classes import CourseScopedAdmin
from courses.models import Cohort, Enrolment
from courses.roles.rules import Permission, may
from quizzes.admin.forms import MomentInput, QuizOverrideForm
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz, QuizOverride
from quizzes.grading import late_answers
from quizzes.sequences import parse_whole_number
from quizzes.taking import deadline

# Students that a link may name.
MOST_PEOPLE = 200
_RULES = ("extra_minutes", "extra_attempts", "opens_at", "due_at", "closes_at", "reason")


class ManyOverridesForm(QuizOverrideForm):
    """One exception for several students of a course: those with the addresses, and those of a cohort.

    After a successful validation `students` are their active enrolments.
    """

    people = CharField(
        label=gettext_lazy("e-mail addresses, one a line"),
        required=False,
        max_length=50_000,
        widget=Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )
    cohort = ModelChoiceField(
        label=gettext_lazy("and everybody in the cohort"), queryset=Cohort.objects.none(), required=False
    )
    replaces = BooleanField(
        label=gettext_lazy("replace exceptions that these students have for this quiz already"), required=False
    )

    class Meta:
        model = QuizOverride
        fields = ("quiz", "extra_minutes", "extra_attempts", "opens_at", "due_at", "closes_at", "reason")
        widgets = {
            **dict.fromkeys(("opens_at", "due_at", "closes_at"), MomentInput(attrs={"step": "1"})),
            "reason": Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, quizzes: QuerySet[Quiz], cohorts: QuerySet[Cohort], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.students: list[Enrolment] = []
        self.fields["quiz"].queryset = quizzes  # type: ignore[attr-defined]
        self.fields["cohort"].queryset = cohorts  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        quiz, cohort = data.get("quiz"), data.get("cohort")
        if quiz is None or "people" in self.errors:
            return data
        wanted = [normalise_address(line) for line in data["people"].replace(",", "\n").splitlines() if line.strip()]
        course = quiz.activity.course_id
        active = Enrolment.objects.filter(course=course, status=Enrolment.Status.ACTIVE).select_related("user")
        by_address = {row.user.email: row for row in active.filter(user__email__in=wanted)}
        chosen = {row.pk: row for row in by_address.values()}
        if cohort is not None and cohort.course_id != course:
            self.add_error("cohort", _("This cohort belongs to another course than the quiz."))
        elif cohort is not None:
            chosen |= {row.pk: row for row in active.filter(cohort=cohort)}
        if unknown := [address for address in wanted if address not in by_address]:
            self.add_error(
                "people",
                _("Nobody in the course of the quiz has this address: %(addresses)s")
                % {"addresses": ", ".join(unknown[:20])},
            )
        elif not chosen and "cohort" not in self.errors:
            self.add_error("people", _("Name at least one student, or choose a cohort with students."))
        self.students = sorted(chosen.values(), key=lambda row: row.pk)
        return data


def override_many(request: AuthenticatedRequest, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Ask for a quiz, its students and the exception. A POST grants it. The number of queries of the form is constant."""
    if not model_admin.may(request, Permission.SCHEDULE):
        raise PermissionDenied
    named = _named_students(request)
    courses = {student.course_id for student in named}
    quizzes = Quiz.objects.filter(may(request.user, Permission.SCHEDULE, Quiz.course_path)).select_related("activity")
    cohorts = Cohort.objects.filter(may(request.user, Permission.SCHEDULE)).select_related("course")
    if courses:
        quizzes, cohorts = quizzes.filter(activity__course__in=courses), cohorts.filter(course__in=courses)
    form = ManyOverridesForm(
        request.POST or None,
        quizzes=quizzes.filter(activity__archived_at=None).order_by("activity__course", "activity__position", "pk"),
        cohorts=cohorts.order_by("course", "name__by_code_point"),
        initial={"people": "\n".join(student.user.email for student in named), "quiz": request.GET.get("quiz")},
    )
    if request.method == "POST" and form.is_valid():
        _grant(request, form)
        return redirect("admin:quizzes_quizoverride_changelist")
    recording.record_rows(Enrolment, named)
    context = page_context(request, model_admin, _("Exception for several students")) | {"form": form}
    return render(request, "admin/quizzes/override_many.html", context, status=400 if form.errors else 200)


def _named_students(request: AuthenticatedRequest) -> list[Enrolment]:
    """Return the students that a link names by the numbers of their enrolments, if the person may grant them something."""
    numbers = [parse_whole_number(text) for text in request.GET.get("people", "").split(",")[:MOST_PEOPLE]]
    allowed = Enrolment.objects.filter(may(request.user, Permission.SCHEDULE), status=Enrolment.Status.ACTIVE)
    return list(
        allowed.filter(pk__in=[n for n in numbers if n])
        .select_related("user")
        .order_by("user__name__by_code_point", "pk")
    )


def _grant(request: AuthenticatedRequest, form: ManyOverridesForm) -> None:
    """Store the exceptions in one transaction, and say how many there are and who had one already."""
    quiz: Quiz = form.cleaned_data["quiz"]
    fields = {name: form.cleaned_data[name] for name in _RULES}
    now = timezone.now()
    students = [student.pk for student in form.students]
    with transaction.atomic(), recording.together(), changes.telling_own(quiz, students, now=now):
        earlier = {row.enrolment_id: row for row in QuizOverride.objects.filter(quiz=quiz, enrolment__in=form.students)}
        granted, kept = [], []
        for student in form.students:
            if student.pk in earlier and not form.cleaned_data["replaces"]:
                kept.append(student)
                continue
            row = earlier.get(student.pk) or QuizOverride(quiz=quiz, enrolment=student)
            for name, value in fields.items():
                setattr(row, name, value)
            row.granted_by = request.user
            row.save()
            granted.append(student)
        deadline.refresh_deadlines(quiz=quiz, now=now)
    late = Attempt.objects.filter(quiz=quiz, enrolment__in=granted, late_deduction__gt=0).values_list(
        "enrolment", flat=True
    )
    late_students = set(late)
    for student in granted:
        if student.pk in late_students:
            late_answers.reduce_late_deductions(
                quiz=quiz, enrolment=student, reason=fields["reason"], actor=request.user, now=now
            )
    text = ngettext("%(n)d student has the exception.", "%(n)d students have the exception.", len(granted))
    messages.success(request, text % {"n": len(granted)})
    if kept:
        names = ", ".join(str(student.user) for student in kept[:10])
        messages.warning(
            request, _("These had one for this quiz already, which was kept: %(names)s") % {"names": names}
        )
