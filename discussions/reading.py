"""Find posts for a reader: the questions of a lesson at their places, one question with its replies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, When
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.models import User
from common.lookup import or_404
from courses import access
from courses.models import Activity, Enrolment
from courses.outline.published import get_published
from courses.roles import rules
from courses.roles.rules import Permission
from discussions.models import Follower, Post, PostQuerySet, Report
from notes import placing
from notes.placing import Place, Text

# More questions of one lesson are not listed.
MOST = 1000
# A choice of a place shows so much of the paragraph.
_LONGEST_CHOICE = 70


@dataclass(frozen=True, slots=True)
class LessonReader:
    """A student at a lesson, with its text."""

    user: User
    enrolment: Enrolment
    activity: Activity
    text: Text

    @property
    def url(self) -> str:
        return reverse("discussions:lesson", args=[self.enrolment.course.slug, self.activity.slug])


def reader_or_404(user: User, slug: str, lesson_slug: str) -> LessonReader:
    """Return the reader of a lesson. Raises Http404 if they may not read it."""
    enrolment = access.enrolment_or_404(user, slug)
    course = get_published(enrolment.course_id, enrolment.course.revision)
    activity = or_404(course.find_lesson(lesson_slug))
    return LessonReader(user, enrolment, activity, placing.read_text(course, activity))


def reader_of_uuid_or_404(user: User, lesson: UUID) -> LessonReader:
    """Return the reader of the lesson with this uuid. Raises Http404 if they may not read it."""
    activity = get_object_or_404(access.activities(user), uuid=lesson, kind=Activity.Kind.LESSON)
    return reader_or_404(user, activity.course.slug, activity.slug)


@dataclass(frozen=True, slots=True)
class PlacedQuestion:
    """A question with the place where it stands now. `post` has only what placing needs."""

    post: Post
    place: Place


def questions_of(reader: LessonReader) -> PostQuerySet:
    """Return the questions of a lesson that the reader sees."""
    return Post.objects.shown_to(reader.user).questions().filter(activity=reader.activity)


def placed_questions(reader: LessonReader) -> list[PlacedQuestion]:
    """Return the questions of a lesson in the order of its text. One query."""
    order = {anchor: number for number, anchor in enumerate(reader.text.blocks)}
    needed = ("language", "anchor", "quote", "prefix", "suffix", "accepted")
    rows = questions_of(reader).only(*needed).order_by("-pk")[:MOST]
    placed = [PlacedQuestion(row, placing.find_place(row, reader.text)) for row in rows]
    return sorted(placed, key=lambda each: order.get(each.place.anchor, 0))


def load(user: User, placed: Sequence[PlacedQuestion]) -> list[tuple[Post, Place]]:
    """Return the questions with all that a list shows. One query."""
    rows = own_view(Post.objects.filter(pk__in=[each.post.pk for each in placed]), user).with_counts()
    found = {row.pk: row for row in rows}
    return [(found[each.post.pk], each.place) for each in placed if each.post.pk in found]


def own_view(rows: PostQuerySet, user: User) -> PostQuerySet:
    """Add the authors, and what the posts are to `user`: `is_mine`, `has_me_too`, `follows`, `is_muted`, `is_reported`."""
    follows = Follower.objects.filter(question=OuterRef("pk"), user=user)
    return (
        rows.with_authors()
        .select_related("activity__course", "accepted")
        .annotate(
            has_me_too=Exists(follows.exclude(user=OuterRef("author"))),
            is_mine=Case(When(author=user, then=True), default=False),
            follows=Exists(follows),
            is_muted=Exists(follows.filter(is_muted=True)),
            is_reported=Exists(Report.objects.filter(post=OuterRef("pk"), reporter=user)),
        )
    )


@dataclass(frozen=True)
class Thread:
    """A question with its replies, the accepted one first, for `reader`. `for_staff`: with the hidden ones."""

    question: Post
    replies: Sequence[Post]
    reader: User

    @cached_property
    def is_mine(self) -> bool:
        return self.question.author_id == self.reader.pk


def thread_or_404(rows: PostQuerySet, user: User, uuid: UUID) -> Thread:
    """Return a question of `rows` with its replies among them. Raises Http404. Two queries."""
    question = get_object_or_404(own_view(rows.questions(), user).with_counts(), uuid=uuid)
    replies = list(own_view(rows.filter(question=question), user).order_by("pk"))
    return Thread(question, _accepted_first(question, replies), user)


def _accepted_first(question: Post, replies: Iterable[Post]) -> list[Post]:
    return sorted(replies, key=lambda each: each.pk != question.accepted_id)


def reply_or_404(user: User, question: Post, uuid: UUID | str) -> Post:
    """Return a reply to the question that `user` may read as a student; "" names none. Raises Http404."""
    return get_object_or_404(Post.objects.for_student(user).filter(question=question), uuid=uuid or None)


def readable_post_or_404(user: User, uuid: UUID) -> Post:
    """Return a post that `user` may read as a student, with what `own_view` adds. Raises Http404."""
    rows = own_view(Post.objects.for_student(user), user)
    return get_object_or_404(rows.select_related("question"), uuid=uuid)


def question_or_404(user: User, uuid: UUID) -> Post:
    """Return a question that `user` may read as a student. Raises Http404."""
    rows = Post.objects.for_student(user).questions()
    return get_object_or_404(rows.select_related("activity"), uuid=uuid)


def own_post_or_404(user: User, uuid: UUID, *, deleted: bool = False) -> Post:
    """Return a post that `user` has written, in a course that they may still read. Raises Http404."""
    readable = Q(
        activity__archived_at=None,
        activity__course__is_published=True,
        activity__course__enrolments__user=user,
        activity__course__enrolments__status=Enrolment.Status.ACTIVE,
    ) | Q(rules.may(user, Permission.READ, Post.course_path), by_staff=True)
    rows = Post.objects.filter(readable, author=user, deleted_at__isnull=not deleted).distinct()
    return get_object_or_404(rows.select_related("activity__course", "question"), uuid=uuid)


def is_staff_of(user: User, activity: Activity) -> bool:
    """Return whether `user` answers for the course of the lesson. No query for students."""
    return user.is_staff and rules.can(user, Permission.ANSWER, activity.course_id)


def read_choices(text: Text) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the blocks to choose from: [(heading, [(anchor, the beginning of its words)])]."""
    found: list[tuple[str, list[tuple[str, str]]]] = []
    headings = text.headings
    for anchor, words in text.blocks.items():
        if anchor in headings:
            found.append((headings[anchor], []))
        if words:
            found[-1][1].append((anchor, words if len(words) <= _LONGEST_CHOICE else f"{words[:_LONGEST_CHOICE]}…"))
    return found
