"""The section of comments that a person wrote about answers of the reader in the week."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.database.json_rows import as_moment, json_rows
from courses.models import Enrolment
from courses.outline.published import get_published
from courses.summaries.sections import Line, Reader, Section, Times, rows_of
from quizzes.attempts.models import Attempt
from quizzes.grading.models import Review


def find_comments(times: Times) -> Subquery:
    """Return the comments since then. An attempt that still waits for a person shows its comments to nobody."""
    written = Review.objects.filter(attempt__status=Attempt.Status.GRADED, at__gte=times.first).exclude(comment="")
    return json_rows(written, {"attempt__enrolment": "pk"}, "at", "attempt__uuid", "attempt__quiz__activity")


def find_feedback(readers: Sequence[Reader], _now: datetime) -> Mapping[int, Section]:
    """Return the attempts with new comments, of quizzes that the reader may see. No query."""
    found = {}
    for reader in readers:
        comments = [(enrolment, row) for enrolment in reader.enrolments for row in rows_of(enrolment, "comments")]
        comments = [each for each in comments if reader.is_in_period(as_moment(each[1]["at"]))]
        if lines := _lines(reader, sorted(comments, key=lambda each: as_moment(each[1]["at"]))):
            with reader.speaking():
                found[reader.user.pk] = Section(_("Feedback on your answers"), lines, is_news=True)
    return found


def _lines(reader: Reader, comments: Sequence[tuple[Enrolment, dict[str, Any]]]) -> list[Line]:
    counts = Counter(row["attempt__uuid"] for _enrolment, row in comments)
    lines: dict[str, Line] = {}
    for enrolment, row in comments:
        course = get_published(enrolment.course_id, enrolment.course.revision)
        activity, attempt = course.find_activity(row["attempt__quiz__activity"]), row["attempt__uuid"]
        if activity is not None and attempt not in lines:
            with reader.speaking():
                n = counts[attempt]
                said = ngettext("%(n)d comment of your instructor", "%(n)d comments of your instructor", n) % {"n": n}
                lines[attempt] = Line(str(activity), reverse("quizzes:attempt-result", args=[UUID(attempt)]), said)
    return list(lines.values())
