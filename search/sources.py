"""Let other apps add what belongs to a person: own notes, questions at paragraphs. They register at start-up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

from accounts.models import User
from search.finding.queries import Query
from search.finding.snippets import Snippet


@dataclass(frozen=True, slots=True)
class OwnHit:
    """What a source has found: a title, a part of its text, and the address of its place."""

    title: str
    snippet: Snippet
    url: str
    course: str


# (user, query, slug of a course or "", the most hits) -> hits that the user may read, best first, and whether there are more.
Find = Callable[[User, Query, str, int], tuple[Sequence[OwnHit], bool]]


@dataclass(frozen=True, slots=True)
class Source:
    """`kind` names the hits in the API, `label` on the page."""

    kind: str
    label: StrOrPromise
    find: Find


_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def registered() -> Sequence[Source]:
    return tuple(_sources)
