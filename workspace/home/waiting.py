"""Say on the staff's first page what waits for a person: hand-ins, answers, late answers, mails, dry runs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import User
from courses.models import Course, Enrolment
from courses.overviews import definitions
from courses.overviews.answers import Answer, Figure, Part
from courses.overviews.definitions import Definition
from courses.roles import rules
from courses.roles.rules import Permission
from questions import KINDS
from quizzes.attempts.models import Attempt, LateAnswer
from quizzes.authoring.models import Question
from quizzes.grading.models import GradeNotice, Regrade

FILE_KINDS = [name for name, kind in KINDS.items() if kind.with_files]
# Attempts whose late answers can be decided on.
DECIDABLE = [Attempt.Status.GRADED, Attempt.Status.NEEDS_REVIEW]
_COUNT = _("count")


def _define(name: str, label: object, text: object) -> str:
    return definitions.define(Definition(name, label, _COUNT, text, "workspace.home.waiting.answer_waits"))


HAND_INS = _define(
    "hand_ins_waiting",
    _("hand-ins to grade"),
    _("attempts of students in the course that wait for a person, at quizzes with a question that takes files"),
)
ANSWERS = _define(
    "answers_waiting",
    _("answers to grade"),
    _("attempts of students in the course that wait for a person, at other quizzes: essays, and unclear short answers"),
)
LATE = _define(
    "late_waiting",
    _("late answers"),
    _("attempts of students in the course with an answer after the deadline that nobody has decided on"),
)
NOT_GRADED = _define("not_graded", _("could not be graded"), _("attempts whose grading has failed five times"))
MAILS = _define(
    "mails_not_sent",
    _("mails about grades that were not sent"),
    _("notices of a changed grade that the mail server has refused, or of which nobody knows whether they were sent"),
)
DRY_RUNS = _define("dry_runs", _("dry runs of a regrade"), _("dry runs that nobody has approved or discarded"))

# {what waits: how it is said}. The number stands before it.
_TEXTS = {
    HAND_INS: ngettext_lazy("hand-in to grade", "hand-ins to grade", "n"),
    ANSWERS: ngettext_lazy("answer to grade", "answers to grade", "n"),
    LATE: ngettext_lazy("late answer to decide on", "late answers to decide on", "n"),
    NOT_GRADED: ngettext_lazy("attempt could not be graded", "attempts could not be graded", "n"),
    MAILS: ngettext_lazy("mail about a grade was not sent", "mails about grades were not sent", "n"),
    DRY_RUNS: ngettext_lazy("dry run of a regrade to look at", "dry runs of a regrade to look at", "n"),
}
Waiting = tuple[int, datetime | None]


def answer_waits(reader: User, courses: Sequence[Course], now: datetime) -> dict[int, Answer]:
    """Count what waits in the courses in which the reader may decide on it. Seven queries."""
    permissions = rules.get_permissions(reader)
    may = {
        needed: [course.pk for course in courses if needed in permissions.in_course(course.pk)]
        for needed in (Permission.GRADE, Permission.REGRADE)
    }
    found = count_waiting_in(may[Permission.GRADE])
    drafts = Regrade.objects.filter(quiz__activity__course__in=may[Permission.REGRADE], status=Regrade.Status.DRAFT)
    _add(found, DRY_RUNS, _grouped(drafts, "quiz__activity__course", "created_at"))
    queue = reverse("admin:quizzes_attempt_queue")
    urls = {
        NOT_GRADED: f"{reverse('admin:quizzes_attempt_changelist')}?status__exact=needs_attention",
        MAILS: reverse("admin:quizzes_gradenotice_changelist"),
    }
    return {
        course: Answer(
            [
                Figure(name, n, _TEXTS[name] % {"n": n}, urls.get(name, queue), since=since, is_urgent=True)
                for name, (n, since) in waiting.items()
            ],
            [Part(_TEXTS[name] % {"n": n}, n, "warn") for name, (n, _since) in waiting.items()],
        )
        for course, waiting in found.items()
    }


def count_waiting_in(courses: Iterable[int]) -> dict[int, dict[str, Waiting]]:
    """Return {course: {what waits: (how many, since when)}}, without what does not wait. Five queries."""
    courses = list(courses)
    found: dict[int, dict[str, Waiting]] = {}
    path = "quiz__activity__course"
    waiting = Attempt.objects.filter(quiz__activity__course__in=courses).for_a_person()
    taking_files = set(
        Question.objects.filter(quiz__activity__course__in=courses, kind__in=FILE_KINDS, archived_at=None).values_list(
            "quiz", flat=True
        )
    )
    for quiz, course, n, since in (
        waiting.order_by().values_list("quiz", path).annotate(n=Count("pk"), since=Min("submitted_at"))
    ):
        _add(found, HAND_INS if quiz in taking_files else ANSWERS, {course: (n, since)})
    late = LateAnswer.objects.filter(
        attempt__quiz__activity__course__in=courses,
        attempt__enrolment__status=Enrolment.Status.ACTIVE,
        attempt__status__in=DECIDABLE,
        verdict=LateAnswer.Verdict.OPEN,
    )
    _add(found, LATE, _grouped(late, f"attempt__{path}", "received_at", distinct="attempt"))
    failed = Attempt.objects.filter(quiz__activity__course__in=courses, status=Attempt.Status.NEEDS_ATTENTION)
    _add(found, NOT_GRADED, _grouped(failed, path, "submitted_at"))
    notices = GradeNotice.objects.filter(
        attempt__quiz__activity__course__in=courses,
        status__in=[GradeNotice.Status.UNCERTAIN, GradeNotice.Status.FAILED],
    )
    _add(found, MAILS, _grouped(notices, f"attempt__{path}", "created_at"))
    return found


def _grouped(
    rows: QuerySet[Attempt] | QuerySet[LateAnswer] | QuerySet[GradeNotice] | QuerySet[Regrade],
    path: str,
    moment: str,
    distinct: str = "pk",
) -> dict[int, Waiting]:
    counted = rows.order_by().values_list(path).annotate(n=Count(distinct, distinct=True), since=Min(moment))
    return {course: (n, since) for course, n, since in counted}


def _add(found: dict[int, dict[str, Waiting]], name: str, counted: Mapping[int, Waiting]) -> None:
    for course, (n, since) in counted.items():
        before, first = found.setdefault(course, {}).get(name, (0, since))
        found[course][name] = before + n, min((each for each in (first, since) if each), default=None)
