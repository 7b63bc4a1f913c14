"""Say that one has the same question, mute a question, and accept a reply."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from discussions.models import Follower, Post
from discussions.posting import QuestionHidden


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


@transaction.atomic
def accept(*, question: Post, reply: Post) -> None:
    """Mark a reply as the answer: the question is answered. Idempotent. Raises QuestionHidden if one of them is hidden."""
    locked = Post.objects.select_for_update().get(pk=question.pk)
    is_shown = Post.objects.filter(pk=reply.pk, question=question, deleted_at=None, hidden_at=None).exists()
    if locked.hidden_at or not is_shown:
        raise QuestionHidden(_("This is hidden now, so it cannot be marked as the answer."))
    locked.accepted = reply
    locked.save(update_fields=["accepted"])


def reopen(*, question: Post) -> None:
    """Take the mark of the answer back: the question is open again. Idempotent."""
    Post.objects.filter(pk=question.pk).update(accepted=None)
