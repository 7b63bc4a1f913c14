"""Read what somebody looks for, and refuse what nobody can look for."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from search.indexing.folding import SHORTEST, compose, split

LONGEST = 200
# A longer text is refused without being looked at. Composing makes a shorter one, such as decomposed Hangul, fit.
LONGEST_READ = 4 * LONGEST
# What a field takes: a pasted text that it cuts is still refused with a sentence, instead of looking for a part of it.
# A whole one could make an address that the web server refuses without a page.
LONGEST_SENT = LONGEST_READ + 1
MOST_WORDS = 10


class SearchTooShort(DomainError):
    slug = "search-too-short"
    help = gettext_lazy("Look for at least two letters of a word: two Korean syllables are enough.")


class SearchTooLong(DomainError):
    slug = "search-too-long"
    help = gettext_lazy("Look for a few words, at most 200 characters. A search finds passages that have all of them.")


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody looks for: as they wrote it, and as different folded words, the longest first."""

    text: str
    words: tuple[str, ...]


def read_text(text: str) -> str:
    """Return what somebody looks for, composed. Raises SearchTooLong."""
    # A long text is not looked at: folding 10,000 characters would be work for nothing.
    if len(text) > LONGEST_READ or len(composed := compose(text)) > LONGEST:
        raise SearchTooLong(_("That is too long to look for. Write at most 200 characters."))
    return composed


def read_query(text: str) -> Query:
    """Return the query. Raises SearchTooShort and SearchTooLong."""
    composed = read_text(text)
    words = tuple(split(composed))
    if not words or len(words[0]) < SHORTEST:
        raise SearchTooShort(_("Write at least two letters."))
    if len(words) > MOST_WORDS:
        raise SearchTooLong(_("Those are too many words. Write at most ten."))
    return Query(composed, words)
