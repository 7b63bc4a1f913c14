"""The search finds questions and replies that the person may read."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from discussions.models import Post
from search.finding.matching import has_all
from search.finding.queries import Query
from search.finding.snippets import cut
from search.indexing.folding import compose
from search.sources import OwnHit, Source


def find(user: User, query: Query, course: str, most: int) -> tuple[list[OwnHit], bool]:
    """Return the newest posts with all words. One query."""
    rows = Post.objects.for_student(user).select_related("activity__course", "question")
    if course:
        rows = rows.filter(activity__course__slug=course.replace("\0", ""))
    for word in query.words:
        rows = rows.filter(folded__contains=word)
    found = [post for post in rows.order_by("-pk")[: most + 1] if has_all(compose(post.body), query.words)]
    return [_hit(post, query.words) for post in found[:most]], len(found) > most


def _hit(post: Post, words: Sequence[str]) -> OwnHit:
    url = f"{reverse('discussions:question', args=[(post.question or post).uuid])}#post-{post.uuid}"
    return OwnHit(str(post.activity), cut(compose(post.body), words), url, post.activity.course.slug)


SOURCE = Source("discussion", gettext_lazy("Questions at lessons"), find)
