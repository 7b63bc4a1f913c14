"""Store where a student stopped reading a lesson, and lead them back to that paragraph, on whatever device."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlencode

from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.database.durability import relaxed_durability
from common.database.prepared import Prepared
from common.errors import DomainError
from courses import access, extensions
from courses.lessons.blocks import ANCHOR, Block
from courses.models import Activity, Enrolment, ReadingPosition

# The id of the place where a student stopped. Ids that authors write have no capital letters.
PLACE = "lastRead"
# The id of the place that an address asks for: `?at=life-cycle.3#askedFor`.
ASKED_FOR = "askedFor"
# Whoever stopped at one of the first blocks has nothing to go on with.
_BEGINNING = 2
LONGEST_ANCHOR = 120
# Addresses of lessons that one process remembers: a page of hits has twenty, and Django takes 25 µs to write one.
_LESSON_URLS = 512


class NoAnchor(DomainError):
    slug = "no-anchor"
    help = gettext_lazy("The name of a place in a lesson is the id of a heading, a dot and a number: life-cycle.3.")


@dataclass(frozen=True, slots=True)
class Position:
    """Where and when a student stopped reading a lesson."""

    anchor: str
    read_at: datetime


def _enrolments_with_position(user_id: int, course_slug: str, lesson_slug: str) -> QuerySet[Enrolment]:
    position = ReadingPosition.objects.filter(enrolment=OuterRef("pk"), activity__slug=lesson_slug)
    return (
        Enrolment.objects.active()
        .filter(user_id=user_id, course__slug=course_slug)
        .annotate(
            revision=F("course__revision"),
            anchor=Subquery(position.values("anchor")),
            read_at=Subquery(position.values("read_at")),
            has_marks=ExpressionWrapper(extensions.has_marked_rows(lesson_slug), BooleanField()),
        )
    )


# Prepared statement: the enrolment with the position in one lesson, and whether apps mark something there. The page of a lesson
# needs no further query for it.
_ENROLMENT_WITH_POSITION = Prepared(_enrolments_with_position, samples=(-1, "the course", "the lesson"))


def reader_or_404(user: User, course_slug: str, lesson_slug: str) -> tuple[Enrolment, Position | None]:
    """Return what `access.enrolment_or_404` returns, and where the student stopped in the lesson. Raises Http404."""
    enrolment = access.first_or_404(_ENROLMENT_WITH_POSITION.instances(user.pk, course_slug, lesson_slug))
    anchor: str | None = enrolment.anchor  # type: ignore[attr-defined]  # the annotations
    return enrolment, Position(anchor, enrolment.read_at) if anchor is not None else None  # type: ignore[attr-defined]


def check_anchor(anchor: str) -> None:
    """Raise NoAnchor if this is not the name of a block. The block need not exist."""
    if len(anchor) > LONGEST_ANCHOR or not ANCHOR.match(anchor):
        raise NoAnchor(_("This does not name a place in a lesson."))


def record_position(*, enrolment: Enrolment, activity: Activity, anchor: str, now: datetime) -> None:
    """Store where the student stopped. Raises NoAnchor if that is not the name of a block.

    The block need not exist: the page may be older than the text. A position without a block is not offered.
    """
    check_anchor(anchor)
    position = ReadingPosition(enrolment=enrolment, activity=activity, anchor=anchor, read_at=now)
    # One statement, so that two tabs may store the lesson's first position at once. A power failure may lose it, as a visit.
    with relaxed_durability():
        ReadingPosition.objects.bulk_create(
            [position],
            update_conflicts=True,
            unique_fields=["enrolment", "activity"],
            update_fields=["anchor", "read_at"],
        )


def merge_positions(positions: Iterable[ReadingPosition]) -> list[bool]:
    """Store where students stopped, in the order in which it is heard of: in each lesson the latest stands. Three statements.

    Return for each whether it stands when it is heard of. Check their anchors before. Needs a transaction.
    """
    given = list(positions)
    enrolments, activities = ({getattr(each, name) for each in given} for name in ("enrolment_id", "activity_id"))
    rows = ReadingPosition.objects.filter(enrolment__in=enrolments, activity__in=activities)
    stored = {(row.enrolment_id, row.activity_id): row for row in rows.order_by("pk").select_for_update(of=("self",))}
    found, new, later = [], {}, {}
    for position in given:
        key = position.enrolment_id, position.activity_id
        row = stored.get(key)
        if row is None:
            stored[key] = new[key] = position
        elif row.read_at < position.read_at:
            row.anchor, row.read_at = position.anchor, position.read_at
            if key not in new:
                later[key] = row
        found.append(row is None or row.anchor == position.anchor)
    # A page may have stored a first position of this moment meanwhile.
    ReadingPosition.objects.bulk_create(new.values(), ignore_conflicts=True)
    ReadingPosition.objects.bulk_update(later.values(), ["anchor", "read_at"])
    return found


def find_place(blocks: Mapping[str, Block], position: Position | None, done_at: datetime | None) -> Block | None:
    """Return the block at which to go on reading, or None.

    There is none at the beginning of the text, if the text no longer has it, and if the lesson was marked as done after it.
    """
    block = blocks.get(position.anchor) if position else None
    if position is None or block is None or block.number < _BEGINNING or (done_at and done_at >= position.read_at):
        return None
    return block


def mark_places(text: SafeString, places: Mapping[str, int]) -> SafeString:
    """Return the text with {id: place} as empty elements that an address can name."""
    for name, at in sorted(places.items(), key=lambda place: place[1], reverse=True):
        text = mark_safe(f'{text[:at]}<span id="{name}"></span>{text[at:]}')  # noqa: S308 (between two parts of a safe text)
    return text


def find_asked_for(blocks: Mapping[str, Block], anchor: str) -> Block | None:
    """Return the block of an anchor; if the text no longer has it, the heading above it; None if that is gone, too."""
    return blocks.get(anchor) or blocks.get(f"{anchor.rpartition('.')[0]}.0")


def get_place_url(course_slug: str, lesson_slug: str, anchor: str) -> str:
    """Return the address of a block of a lesson; of the lesson if `anchor` is empty."""
    url = _get_lesson_url(course_slug, lesson_slug)
    return f"{url}?{urlencode({'at': anchor})}#{ASKED_FOR}" if anchor else url


@lru_cache(_LESSON_URLS)
def _get_lesson_url(course_slug: str, lesson_slug: str) -> str:
    return reverse("courses:lesson-detail", args=[course_slug, lesson_slug])


def get_reading_url(activity: Activity) -> str:
    """Return the address of an activity of an outline; of a lesson, at the paragraph where the student stopped."""
    url = activity.get_absolute_url()
    return f"{url}#{PLACE}" if activity.kind == Activity.Kind.LESSON else url


def get_continue_url(enrolment: Enrolment) -> str:
    """Return where the student goes on: the very paragraph of the last visited lesson, the last visited quiz, or the course.

    No query if `last_activity` and `course` are selected. If the lesson has no such place, the address leads to its top.
    """
    activity, course = enrolment.last_activity, enrolment.course
    if activity is None or activity.archived_at:
        return reverse("courses:course-detail", args=[course.slug])
    # The activity's own `course` would be a query.
    if activity.kind == Activity.Kind.QUIZ:
        return reverse("quizzes:quiz-detail", args=[course.slug, activity.slug])
    return f"{reverse('courses:lesson-detail', args=[course.slug, activity.slug])}#{PLACE}"
