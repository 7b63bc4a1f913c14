"""Search for a person: what pages and the API show of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from search import sources
from search.finding import hits, suggestions
from search.finding.queries import Query
from search.sources import OwnHit, Source

# Of each source of own texts. Its own page finds the rest.
MOST_OWN = 20


@dataclass(frozen=True, slots=True)
class OwnHits:
    source: Source
    hits: Sequence[OwnHit]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What a search has found. `suggestion` is another query, if this one has found nothing and a word may be mistyped."""

    query: Query
    courses: Sequence[hits.Readable]
    found: hits.Found
    own: Sequence[OwnHits]
    suggestion: str

    @property
    def count(self) -> int:
        return len(self.found.rows) + sum(len(each.hits) for each in self.own)

    @property
    def is_cut(self) -> bool:
        return self.found.is_cut or any(each.is_cut for each in self.own)


def search(user: User, query: Query, course: str = "") -> Result:
    """Search in the user's courses, or in one of them by its slug.

    Three queries and one for each source; two or three more if nothing is found.
    """
    readable = hits.readable(user)
    chosen = [each for each in readable if course in ("", each.slug)]
    found = hits.find(query, chosen)
    own = [OwnHits(source, *source.find(user, query, course, MOST_OWN)) for source in sources.registered()]
    own = [each for each in own if each.hits]
    suggestion = "" if found.rows or own else suggestions.suggest(query, chosen)
    return Result(query, readable, found, own, suggestion)
