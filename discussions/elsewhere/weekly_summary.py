"""The section of the weekly summary with the questions of a reader to which others have replied in the week."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import F
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.summaries.sections import Line, Reader, Section
from discussions.models import Post

_LONGEST_LINE = 120
# The replies of one week to one question.
Replies = list[Post]


def find_replies(readers: Sequence[Reader], _now: datetime) -> Mapping[int, Section]:
    """Return the questions that each reader follows and that have got replies of others, the last replied first. One query."""
    by_user = {reader.user.pk: reader for reader in readers}
    courses = {pk: {each.course_id for each in reader.enrolments} for pk, reader in by_user.items()}
    if not by_user:
        return {}
    # The two annotations are of the same follower.
    rows = (
        Post.objects.annotate(reader=F("question__followers__user"), muted=F("question__followers__is_muted"))
        .filter(
            reader__in=list(by_user),
            muted=False,
            deleted_at=None,
            hidden_at=None,
            question__deleted_at=None,
            question__hidden_at=None,
            activity__archived_at=None,
            created_at__gte=min(reader.start for reader in readers),
        )
        .select_related("question", "activity__course")
        .order_by("-pk")
    )
    found: dict[int, dict[int | None, Replies]] = {}
    for post in rows:
        pk: int = post.reader  # type: ignore[attr-defined]  # annotated
        is_readable = post.activity.course_id in courses[pk] and by_user[pk].is_in_period(post.created_at)
        if is_readable and post.author_id != pk:
            found.setdefault(pk, {}).setdefault(post.question_id, []).append(post)
    return {pk: _section(by_user[pk], list(questions.values())) for pk, questions in found.items()}


def _section(reader: Reader, questions: Sequence[Replies]) -> Section:
    with reader.speaking():
        return Section(_("Replies to your questions"), [_line(replies) for replies in questions], is_news=True)


def _line(replies: Replies) -> Line:
    question, activity = replies[0].question, replies[0].activity
    assert question is not None
    count = ngettext("%(n)s reply", "%(n)s replies", len(replies)) % {"n": len(replies)}
    return Line(
        Truncator(question.body).chars(_LONGEST_LINE),
        reverse("discussions:question", args=[question.uuid]),
        f"{activity} · {count}",
    )
