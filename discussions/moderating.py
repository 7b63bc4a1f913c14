"""Report posts to the staff; hide them with a reason, show them again, and settle reports."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import DomainError
from discussions import posting
from discussions.models import Post, Report

LONGEST_REASON = 500


class OwnPost(DomainError):
    slug = "own-post"
    status = 409
    help = gettext_lazy("One's own question or reply is changed or deleted, not reported.")


class ReasonText(DomainError):
    slug = "reason-text"
    help = gettext_lazy("The reason needs a text of at most 500 characters. Its author reads why something is hidden.")


@transaction.atomic
def report(*, post: Post, reporter: User, reason: str, now: datetime) -> Report:
    """Report a post to the staff. Idempotent: each person reports a post once.

    Raises OwnPost, ReasonText and TooManyPosts.
    """
    if post.author_id == reporter.pk:
        raise OwnPost(_("This is yours: you can change or delete it."))
    reason = reason.replace("\0", "").strip()
    if len(reason) > LONGEST_REASON:
        raise ReasonText(_("The reason is too long: it may have 500 characters."))
    User.objects.select_for_update(no_key=True).get(pk=reporter.pk)
    own = Report.objects.filter(reporter=reporter)
    if found := own.filter(post=post).first():
        return found
    recent = own.filter(created_at__gt=now - posting.HOUR).order_by("created_at").values_list("created_at", flat=True)
    posting.check_hour([*recent], now)
    return Report.objects.create(post=post, reporter=reporter, reason=reason, created_at=now)


@transaction.atomic
def hide(*, post: Post, actor: User, reason: str, now: datetime) -> None:
    """Hide a post from everybody but its author and staff, and settle its reports. Raises ReasonText."""
    reason = reason.replace("\0", "").strip()
    if not reason:
        raise ReasonText(_("Say why it is hidden: its author reads that."))
    if len(reason) > LONGEST_REASON:
        raise ReasonText(_("The reason is too long: it may have 500 characters."))
    locked = Post.objects.select_for_update().get(pk=post.pk)
    locked.hidden_at, locked.hidden_by, locked.hidden_reason = now, actor, reason
    # Saved and not updated, so that the audit log sees it.
    locked.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    Post.objects.filter(accepted=post).update(accepted=None)
    settle(post=post, actor=actor, now=now)


@transaction.atomic
def show(*, post: Post) -> None:
    """Show a hidden post again. Idempotent."""
    locked = Post.objects.select_for_update().get(pk=post.pk)
    locked.hidden_at, locked.hidden_by, locked.hidden_reason = None, None, ""
    locked.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])


def settle(*, post: Post, actor: User, now: datetime) -> None:
    """Settle the reports of a post, which stays as it is. Idempotent."""
    post.reports.filter(settled_at=None).update(settled_at=now, settled_by=actor)
