"""Store what people ask at paragraphs of lessons, and what others reply."""

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common import constraints
from courses.models import Activity, Course, Enrolment
from courses.roles import rules
from courses.roles.rules import Permission
from notes.models import AtPlace


class PostQuerySet(models.QuerySet["Post"]):
    """Query words of posts."""

    def kept(self) -> Self:
        """Return posts that are not deleted, whose question is not deleted either."""
        return self.filter(Q(question=None) | Q(question__deleted_at=None), deleted_at=None)

    def shown_to(self, user: User) -> Self:
        """Return the posts of any course that `user` may read as a student: all but deleted ones, and those hidden from them."""
        return self.kept().filter(
            Q(hidden_at=None) | Q(author=user),
            Q(question=None) | Q(question__hidden_at=None) | Q(question__author=user),
        )

    def for_student(self, user: User) -> Self:
        """Return the posts that `user` may read in courses and lessons that they may read."""
        return self.shown_to(user).filter(
            activity__archived_at=None, activity__course__in=Course.objects.for_student(user).values("pk")
        )

    def for_staff(self, user: User, permission: Permission) -> Self:
        """Return the posts of courses in which `user` may do what `permission` says, hidden ones, too."""
        return self.kept().filter(rules.may(user, permission, Post.course_path))

    def questions(self) -> Self:
        return self.filter(question=None)

    def with_authors(self) -> Self:
        """Select the authors, and whether each is in the course now: see `Post.author_name`."""
        here = Enrolment.objects.filter(
            user=OuterRef("author"), course=OuterRef("activity__course"), status=Enrolment.Status.ACTIVE
        )
        return self.select_related("author").annotate(is_here=Exists(here))

    def with_counts(self) -> Self:
        """Annotate questions with the number of replies that everybody sees and of those who have the same question."""
        replies = Post.objects.filter(question=OuterRef("pk"), deleted_at=None, hidden_at=None)
        followers = Follower.objects.filter(question=OuterRef("pk")).exclude(user=OuterRef("author"))
        return self.annotate(reply_count=_count(replies), me_too_count=_count(followers))


def _count(rows: models.QuerySet[Any]) -> Coalesce:
    """Return how many rows of a question there are. Two joins would multiply them."""
    counted = rows.order_by().values("question").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


class Post(AtPlace):
    """A question at a place of a lesson, or a reply to one: then `question` is set, and it has no place of its own.

    A question with an `accepted` reply is answered, any other is open. `by_staff`: who wrote it could answer for the course at
    that time. `author` is None after the account is gone; the text stays for the others. What staff have hidden, with a reason,
    only its author and staff see. A deleted post is kept for a week, so that it can be taken back. `revision` counts the changes
    of the text.
    """

    course_path: ClassVar[str] = "activity__course"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="posts", verbose_name=_("lesson"))
    question = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="replies", verbose_name=_("question")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="posts", verbose_name=_("by")
    )
    by_staff = models.BooleanField(_("by staff"), default=False)
    body = models.TextField(_("text"))
    # What a search compares: see `search.indexing.folding`.
    folded = models.TextField(blank=True, editable=False)
    accepted = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("accepted reply")
    )
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("written"))
    edited_at = models.DateTimeField(_("changed"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("hidden by")
    )
    hidden_reason = models.TextField(_("why it is hidden"), blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("question or reply")
        verbose_name_plural = _("questions and replies")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["author", "created_at"], name="discussions_post_of_author"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(question=None) | Q(accepted=None),
                name="discussions_post_only_questions_accept",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
            models.CheckConstraint(
                condition=Q(hidden_at=None) | ~Q(hidden_reason=""),
                name="discussions_post_hidden_has_reason",
                violation_error_message=constraints.UNKNOWN_VALUE,
            ),
        ]

    def __str__(self) -> str:
        return self.body[:80]

    @property
    def is_answered(self) -> bool:
        return self.accepted_id is not None

    @property
    def author_name(self) -> str:
        """Return what classmates call the author. An address is never shown to them. Needs `with_authors`."""
        if self.author is None or not (self.by_staff or self.is_here):  # type: ignore[attr-defined]  # annotated
            return _now("Somebody who has left the course")
        return self.author.name or (_now("Staff") if self.by_staff else _now("A classmate"))


class Follower(models.Model):
    """Somebody who is told when a question is answered: its author, and who has the same question."""

    question = models.ForeignKey(Post, models.CASCADE, related_name="followers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("student"))
    is_muted = models.BooleanField(_("muted"), default=False)
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("question that you follow")
        verbose_name_plural = _("questions that you follow")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["question", "user"], name="discussions_follower_once")
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class Report(models.Model):
    """What somebody says against a post. Staff settle it: they hide the post, or leave it."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="reports", verbose_name=_("post"))
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("reported by")
    )
    reason = models.TextField(_("reason"), blank=True)
    created_at = models.DateTimeField(_("reported"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )

    class Meta:
        verbose_name = _("report of a post")
        verbose_name_plural = _("reports of posts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["post", "reporter"], name="discussions_report_once")
        ]

    def __str__(self) -> str:
        return self.reason[:80]
