"""Show in the weekly summary which questions of the reader others have replied to in that week."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Subquery
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.database.json_rows import as_moment, json_rows
from courses.models import Enrolment
from courses.outline.published import get_published
from courses.summaries.sections import Line, Reader, Section, Times, rows_of
from discussions.models import Post

_LONGEST_LINE = 120
# One reply, and the enrolment of its reader.
Reply = tuple[dict[str, Any], Enrolment]
# Of a question, so many characters are read.
_READ = 2 * _LONGEST_LINE


def find_replies_since(times: Times) -> Subquery:
    """Return the replies since then to questions that a student follows and has not muted."""
    # The two annotations are of the same follower.
    rows = Post.objects.annotate(
        reader=F("question__followers__user"),
        muted=F("question__followers__is_muted"),
        text=Left("question__body", _READ),
    ).filter(
        muted=False,
        deleted_at=None,
        hidden_at=None,
        question__deleted_at=None,
        question__hidden_at=None,
        activity__archived_at=None,
        created_at__gte=times.first,
    )
    same = {"reader": "user", "activity__course": "course"}
    return json_rows(rows, same, "pk", "created_at", "author", "activity", "question__uuid", "text")


def find_replies(readers: Sequence[Reader], _now: datetime) -> Mapping[int, Section]:
    """Return the questions that each reader follows and that have got replies of others, the last replied first. No query."""
    found = {}
    for reader in readers:
        questions: dict[str, list[Reply]] = {}
        replies = [(row, enrolment) for enrolment in reader.enrolments for row in rows_of(enrolment, "replies")]
        for row, enrolment in sorted(replies, key=lambda each: each[0]["pk"], reverse=True):
            if row["author"] != reader.user.pk and reader.is_in_period(as_moment(row["created_at"])):
                questions.setdefault(row["question__uuid"], []).append((row, enrolment))
        if questions:
            with reader.speaking():
                lines = [_line(each) for each in questions.values()]
                found[reader.user.pk] = Section(_("Replies to your questions"), lines, is_news=True)
    return found


def _line(replies: Sequence[Reply]) -> Line:
    row, enrolment = replies[0]
    activity = get_published(enrolment.course_id, enrolment.course.revision).find_activity(row["activity"])
    count = ngettext("%(n)s reply", "%(n)s replies", len(replies)) % {"n": len(replies)}
    return Line(
        Truncator(row["text"]).chars(_LONGEST_LINE),
        reverse("discussions:question", args=[UUID(row["question__uuid"])]),
        f"{activity} · {count}" if activity else count,
    )
