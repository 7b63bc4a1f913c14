"""Ask, reply, change, delete and take back: what authors do with their posts."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.messages import sending
from accounts.models import User
from common.errors import DomainError
from courses.lessons.reading import check_anchor
from courses.models import Activity
from discussions.models import Follower, Post
from notes.placing import Text
from notes.writing import LONGEST_AROUND, LONGEST_QUOTE
from search.indexing.folding import compose, fold

LONGEST_BODY = 5000
# So many posts one person may write within an hour, in all courses.
MOST_PER_HOUR = 20
HOUR = timedelta(hours=1)
# The same text at the same place within this time is the same post, sent twice.
REPEATED = timedelta(minutes=10)
# How long a deleted post can be taken back.
KEPT = timedelta(days=7)
# See `discussions.message_kinds`.
ASKED, REPLIED = "question-asked", "question-replied"


class PostText(DomainError):
    slug = "post-text"
    help = gettext_lazy("A question or reply needs a text of at most 5,000 characters.")


class TooManyPosts(DomainError):
    """More than a person may write in an hour. `wait`: seconds until the next one is taken; the API says so in `Retry-After`."""

    slug = "too-many-posts"
    status = 429
    help = gettext_lazy("A person may write 20 questions and replies in an hour. `Retry-After` says how long to wait.")

    def __init__(self, wait: int) -> None:
        super().__init__(_("You have written a lot within an hour. Go on a little later."))
        self.wait = wait


class PostChanged(DomainError):
    slug = "post-changed"
    status = 409
    help = gettext_lazy("The text was changed elsewhere meanwhile. Read it again, and send your change again.")


class QuestionAnswered(DomainError):
    slug = "question-answered"
    status = 409
    help = gettext_lazy("A question with replies of others stays, so that these stay. Its text can be changed.")


class QuestionHidden(DomainError):
    slug = "question-hidden"
    status = 409
    help = gettext_lazy("Staff have hidden the question or the reply, so nobody can reply to it or accept it.")


@transaction.atomic
def ask(
    *,
    author: User,
    activity: Activity,
    text: Text,
    anchor: str,
    body: str,
    now: datetime,
    quote: str = "",
    prefix: str = "",
    suffix: str = "",
    uuid: UUID | None = None,
) -> Post:
    """Ask at a block of a lesson, whose text is `text`, and tell the staff. Idempotent within ten minutes.

    `uuid` is a new one unless it is given.

    Others read the quotation, so it is taken only if the text has it. Otherwise the beginning of the block stands for it.
    Raises NoAnchor, PostText and TooManyPosts.
    """
    check_anchor(anchor)
    body = clean(body)
    quote = compose(quote)[:LONGEST_QUOTE]
    if not quote or not any(quote in words for words in text.blocks.values()):
        is_heading = anchor.endswith(".0")
        quote, prefix, suffix = "" if is_heading else text.blocks.get(anchor, "")[:LONGEST_QUOTE].strip(), "", ""
    place = {
        "language": text.language,
        "anchor": anchor,
        "quote": quote,
        "prefix": compose(prefix)[-LONGEST_AROUND:],
        "suffix": compose(suffix)[:LONGEST_AROUND],
        "uuid": uuid or uuid4(),
    }
    found, is_new = _write(author, now, activity=activity, question=None, body=body, fields=place)
    if is_new:
        Follower.objects.create(question=found, user=author, created_at=now)
        sending.notify(ASKED, about=found, now=now)
    return found


@transaction.atomic
def reply(*, author: User, question: Post, body: str, by_staff: bool, now: datetime) -> Post:
    """Reply to a question, and tell its followers. Idempotent within ten minutes.

    Raises PostText, TooManyPosts and QuestionHidden.
    """
    locked = Post.objects.select_for_update().get(pk=question.pk)
    if locked.hidden_at or locked.deleted_at:
        raise QuestionHidden(_("This question is hidden. Nobody can reply to it now."))
    found, is_new = _write(
        author, now, activity=question.activity, question=question, body=clean(body), fields={"by_staff": by_staff}
    )
    if is_new:
        sending.notify(REPLIED, about=found, now=now)
    return found


def _write(
    author: User, now: datetime, *, activity: Activity, question: Post | None, body: str, fields: dict[str, Any]
) -> tuple[Post, bool]:
    """Store a post; return it, and whether it is new. Raises TooManyPosts."""
    # Two requests of one person run one after the other.
    User.objects.select_for_update(no_key=True).get(pk=author.pk)
    own = Post.objects.filter(author=author)
    same = own.filter(activity=activity, question=question, body=body, deleted_at=None, created_at__gt=now - REPEATED)
    if question is None:
        same = same.filter(anchor=fields["anchor"])
    if found := same.first():
        return found, False
    check_hour(
        [*own.filter(created_at__gt=now - HOUR).order_by("created_at").values_list("created_at", flat=True)], now
    )
    written = Post.objects.create(
        author=author, activity=activity, question=question, body=body, folded=fold_body(body), created_at=now, **fields
    )
    return written, True


def check_hour(moments: list[datetime], now: datetime) -> None:
    """Raise TooManyPosts if so many moments of the last hour are too many. They are in order."""
    if len(moments) >= MOST_PER_HOUR:
        room = moments[-MOST_PER_HOUR] + HOUR
        raise TooManyPosts(max(1, int((room - now).total_seconds())))


@transaction.atomic
def change(post: Post, *, body: str, seen: int, now: datetime) -> Post:
    """Change the text of a post that was read at revision `seen`. Idempotent. Raises PostText and PostChanged."""
    body = clean(body)
    locked = Post.objects.select_for_update().get(pk=post.pk)
    if body == locked.body:
        return locked
    if locked.revision != seen or locked.deleted_at:
        raise PostChanged(_("This was changed elsewhere meanwhile. Look at both texts, and save again."))
    locked.body, locked.folded, locked.edited_at, locked.revision = body, fold_body(body), now, seen + 1
    # Saved and not updated, so that the audit log sees it.
    locked.save(update_fields=["body", "folded", "edited_at", "revision"])
    return locked


@transaction.atomic
def delete(post: Post, *, now: datetime) -> None:
    """Delete a post. It can be taken back for a week. Idempotent. Raises QuestionAnswered."""
    locked = Post.objects.select_for_update().get(pk=post.pk)
    if locked.deleted_at:
        return
    if locked.replies.filter(deleted_at=None).exclude(author=locked.author_id).exists():
        raise QuestionAnswered(_("Others have replied, so this question stays. You can change its text."))
    locked.deleted_at = now
    locked.save(update_fields=["deleted_at"])
    Post.objects.filter(accepted=locked).update(accepted=None)


def take_back(post: Post) -> None:
    """Take the deletion of a post back. Idempotent."""
    post.deleted_at = None
    post.save(update_fields=["deleted_at"])


def forget(*, now: datetime) -> int:
    """Remove the posts that can no longer be taken back; return how many rows went."""
    return Post.objects.filter(deleted_at__lt=now - KEPT).delete()[0]


def clean(body: str) -> str:
    """Return a text as it is stored. Raises PostText."""
    body = body.replace("\0", "").replace("\r\n", "\n").strip()
    if not body:
        raise PostText(_("Write something first."))
    if len(body) > LONGEST_BODY:
        raise PostText(_("The text is too long: it may have 5,000 characters."))
    return body


def fold_body(body: str) -> str:
    return fold(compose(body))
