"""Let the search find the questions and replies that a person may read."""

from collections.abc import Sequence

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from discussions.models import Post
from search.finding.matching import has_all
from search.finding.queries import Query
from search.finding.snippets import cut
from search.indexing.folding import compose
from search.own_texts import OwnText, OwnTexts
from search.sources import OwnHit, Source


def _rows(user: User) -> QuerySet[Post]:
    return Post.objects.for_student(user).annotate(asked=F("question__uuid")).order_by("-pk")


_POSTS = OwnTexts(_rows, "uuid", "body", "asked")


def find(user: User, query: Query, course: str, most: int) -> tuple[list[OwnHit], bool]:
    """Return the newest posts with all words. One query."""
    found = _POSTS.find(user, query, course, most + 1)
    rows = [row for row in found if has_all(compose(row.columns["body"]), query.words)]
    return [_hit(row, query.words) for row in rows[:most]], len(rows) > most


def _hit(row: OwnText, words: Sequence[str]) -> OwnHit:
    post = row.columns
    url = f"{reverse('discussions:question', args=[post['asked'] or post['uuid']])}#post-{post['uuid']}"
    return OwnHit(row.lesson, cut(compose(post["body"]), words), url, row.course)


SOURCE = Source("discussion", gettext_lazy("Questions at lessons"), find)
