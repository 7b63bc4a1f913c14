"""Read what became of the mails to the students of a course: weekly summaries, notices of changed grades, and messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Message
from accounts.people import search
from common.messages.kinds import KINDS
from courses.models import Course, Enrolment, SummaryDelivery
from quizzes.grading.models import GradeNotice

Status = SummaryDelivery.Status
Reason = SummaryDelivery.SkipReason

# Mails with tables of their own. All others are messages.
_OWN = {"weekly": gettext_lazy("Weekly mail"), "grade": gettext_lazy("Changed grade")}
# In the order in which the page offers them. All tables of mails have these.
STATUSES = {
    Status.SENT: pgettext_lazy("a mail", "sent"),
    Status.SKIPPED: gettext_lazy("not sent, with a reason"),
    Status.QUEUED: gettext_lazy("waits"),
    Status.SENDING: gettext_lazy("is being sent"),
    Status.UNCERTAIN: gettext_lazy("may have arrived"),
    Status.FAILED: gettext_lazy("failed"),
    Status.BOUNCED: gettext_lazy("came back"),
}
TONES = {
    Status.SENT: "good",
    Status.UNCERTAIN: "warn",
    Status.FAILED: "bad",
    Status.BOUNCED: "bad",
}
_FIELDS = ("what", "pk", "student", "at", "status", "error")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to a student of the course. `why` says why it was not sent, or what the mail server said."""

    kind: str
    enrolment: Enrolment
    at: datetime
    status: str
    why: str

    @property
    def kind_label(self) -> str:
        return str(kinds().get(self.kind, self.kind))

    @property
    def status_label(self) -> str:
        return str(STATUSES[Status(self.status)])

    @property
    def tone(self) -> str:
        """Return good, warn, bad or plain."""
        return TONES.get(Status(self.status), "plain")


def kinds() -> dict[str, str | Promise]:
    """Return the kinds of mails that concern students of a course: {name: title}."""
    of_courses = {name: kind.title for name, kind in KINDS.items() if kind.of_course(0) is not None}
    return {**_OWN, **of_courses}


def find_rows(course: Course, *, kind: str = "", status: str = "", text: str = "") -> QuerySet[Any, tuple[Any, ...]]:
    """Return the rows of mails to present students of the course, the newest first, for `read`.

    `text` is a part of a name or an address. The weekly summary and a reminder are one mail for all courses of a student. Of the
    messages only those that concern this course are in it.
    """
    students = Enrolment.objects.filter(course=course, status=Enrolment.Status.ACTIVE)
    if text:
        students = students.filter(user__in=search.find(text))
    queries: dict[str, QuerySet[Any]] = {
        "weekly": SummaryDelivery.objects.annotate(
            what=Value("weekly", CharField()), student=F("user__enrolments"), at=Coalesce("finished_at", "due_at")
        ),
        "grade": GradeNotice.objects.annotate(
            what=Value("grade", CharField()), student=F("attempt__enrolment"), at=Coalesce("finished_at", "created_at")
        ),
    }
    if kind not in _OWN:
        messages = Message.objects.exclude(status=Message.Status.NONE).filter(_concerns(course, kind))
        queries["message"] = messages.annotate(
            what=F("kind"), student=F("user__enrolments"), at=Coalesce("finished_at", "created_at")
        )
    chosen = [queries["message" if kind not in _OWN else kind]] if kind else list(queries.values())
    if status:
        chosen = [rows.filter(status=status) for rows in chosen]
    first, *others = [rows.filter(student__in=students).order_by().values_list(*_FIELDS) for rows in chosen]
    return (first.union(*others, all=True) if others else first).order_by("-at", "-pk")


def _concerns(course: Course, kind: str) -> Q:
    """Return the condition for messages that concern the course, of one kind or of any."""
    found = Q(pk__in=[])
    for name, each in KINDS.items():
        condition = each.of_course(course.pk)
        if condition is not None and kind in ("", name):
            found |= Q(condition, kind=name)
    return found


def read(rows: Sequence[tuple[Any, ...]]) -> list[Mail]:
    """Return the mails of some rows. One query."""
    found = [dict(zip(_FIELDS, row, strict=True)) for row in rows]
    enrolments = Enrolment.objects.select_related("user").in_bulk({each["student"] for each in found})
    return [
        Mail(each["what"], enrolments[each["student"]], each["at"], each["status"], _why(each["error"]))
        for each in found
        # Whoever was removed meanwhile is left out.
        if each["student"] in enrolments
    ]


def _why(error: str) -> str:
    """Return a reason: in the reader's language if it is one of the site's own, else as a mail server wrote it."""
    return str(dict(Reason.choices).get(error) or (_(error) if error else ""))
