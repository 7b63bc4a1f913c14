"""Say that one has the same question, mute a question, and accept a reply."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import DomainError
from discussions.models import Follower, Post
from discussions.posting import QuestionHidden
from discussions.reading import is_staff_of


class NotTheAsker(DomainError):
    slug = "not-the-asker"
    status = 403
    help = gettext_lazy("Who asked and the staff of the course say which reply is the answer.")


def add_me_too(*, question: Post, user: User, now: datetime) -> None:
    """Note that `user` has the same question and wants its answers. Idempotent; nothing happens to one's own question."""
    if question.author_id != user.pk:
        Follower.objects.bulk_create([Follower(question=question, user=user, created_at=now)], ignore_conflicts=True)


def remove_me_too(*, question: Post, user: User) -> None:
    """Take that back. Idempotent."""
    if question.author_id != user.pk:
        Follower.objects.filter(question=question, user=user).delete()


def mute(*, question: Post, user: User, is_muted: bool) -> None:
    """Stop or resume the messages about a question that the user follows. Idempotent."""
    Follower.objects.filter(question=question, user=user).update(is_muted=is_muted)


def may_accept(user: User, question: Post) -> bool:
    """Return whether `user` says which reply is the answer. No query for students."""
    return question.author_id == user.pk or is_staff_of(user, question.activity)


def _check_may_accept(user: User, question: Post) -> None:
    if not may_accept(user, question):
        raise NotTheAsker(_("Only who asked and the staff of the course say which reply is the answer."))


@transaction.atomic
def accept(*, question: Post, reply: Post, actor: User) -> None:
    """Mark a reply as the answer: the question is answered. Idempotent.

    Raises NotTheAsker, and QuestionHidden if one of them is hidden.
    """
    _check_may_accept(actor, question)
    locked = Post.objects.select_for_update().get(pk=question.pk)
    is_shown = Post.objects.filter(pk=reply.pk, question=question, deleted_at=None, hidden_at=None).exists()
    if locked.hidden_at or not is_shown:
        raise QuestionHidden(_("This is hidden now, so it cannot be marked as the answer."))
    locked.accepted = reply
    locked.save(update_fields=["accepted"])


def reopen(*, question: Post, actor: User) -> None:
    """Take the mark of the answer back: the question is open again. Idempotent. Raises NotTheAsker."""
    _check_may_accept(actor, question)
    Post.objects.filter(pk=question.pk).update(accepted=None)
