"""Carry out operations that concern other people: ask a question at a paragraph, mark a message as read."""

from django.utils.translation import gettext as _

from accounts.messages import bell
from common.lookup import or_404
from discussions import posting, reading
from discussions.models import Post
from sync.batch import Batch
from sync.outcomes import APPLIED, OperationIdReused, Outcome
from sync.reading import Operation


def discussion_ask(batch: Batch, operation: Operation) -> Outcome:
    """Ask at a paragraph; the id of the operation is the uuid of the question. One that was asked before stays as it is.

    Raises Http404, OperationIdReused, NoAnchor, PostText and TooManyPosts.
    """
    values = dict(operation.values)
    reader = reading.reader_of_uuid_or_404(batch.user, values.pop("lesson"))
    author = Post.objects.filter(uuid=operation.id).values_list("author", flat=True).first()
    if author == batch.user.pk:
        return APPLIED
    if author is not None:
        raise OperationIdReused(_("This id belongs to another operation."))
    posting.ask(
        author=batch.user, activity=reader.activity, text=reader.text, now=batch.now, uuid=operation.id, **values
    )
    return APPLIED


def message_read(batch: Batch, operation: Operation) -> Outcome:
    """Mark a message of the bell as read. Raises Http404."""
    or_404(bell.open_message(user=batch.user, uuid=operation.values["message"], now=batch.now))
    return APPLIED
