"""Write and read in which passages which grams stand.

A gram is a pair of letters beside each other, as two Korean syllables. Inside Latin words and numbers it is three letters,
because almost every text has almost every pair of those; and the first two of a word: `^ai`.

Passages are written as a character for each number, which every database stores, and which Python reads without a loop.
"""

import re
from collections.abc import Iterable, Mapping
from zlib import crc32

BUCKETS = 256
# Numbers begin behind the control characters, and leave out the surrogates, which are no text.
_FIRST, _SURROGATES, _AFTER = 0x100, 0xD800, 0xE000
_LATIN = re.compile(r"[a-z0-9]+")
_OTHER_PAIR = re.compile(r"(?=(\S[^\sa-z0-9]|[^\sa-z0-9]\S))")


def grams_of(text: str) -> list[str]:
    """Return the different grams of a folded text, or of a word, in their order."""
    found = [pair[1] for pair in _OTHER_PAIR.finditer(text)]
    for run in _LATIN.findall(text):
        if len(run) > 1:
            found.append(f"^{run[:2]}")
        found += (run[at : at + 3] for at in range(len(run) - 2))
    return list(dict.fromkeys(found))


def grams_of_word(word: str) -> list[str]:
    """Return the grams that each text with the word has. What is more than two Latin letters may begin inside a Latin word."""
    found = grams_of(word)
    first = _LATIN.match(word)
    if first and len(first[0]) > 1 and not is_start_of_word(word):
        found.remove(f"^{first[0][:2]}")
    return found


def is_start_of_word(word: str) -> bool:
    """Return whether a word is so short that it is found at the start of Latin words only: `ai` not in `explain`."""
    return len(word) < 3 and _LATIN.fullmatch(word) is not None


def bucket_of(gram: str) -> int:
    return crc32(gram.encode()) % BUCKETS


def write(passages: Mapping[str, Iterable[int]]) -> dict[int, str]:
    """Return {bucket: entries} for {gram: numbers of passages, in their order}."""
    buckets: dict[int, list[str]] = {}
    for gram, numbers in sorted(passages.items()):
        buckets.setdefault(bucket_of(gram), []).append(f"{gram}\t{''.join(map(_letter, numbers))}")
    # A line break on both sides of each entry lets `read` look for it.
    return {bucket: "\n" + "\n".join(entries) + "\n" for bucket, entries in sorted(buckets.items())}


def read(entries: str, gram: str) -> str:
    """Return the passages of a gram as a text, "" if it has none. `shared` reads it."""
    start = entries.find(f"\n{gram}\t")
    return "" if start < 0 else entries[start + len(gram) + 2 : entries.index("\n", start + 1)]


def shared(written: Iterable[str]) -> list[int]:
    """Return the passages that all of these grams have, in their order. `written` are what `read` has returned."""
    rarest, *others = sorted(written, key=len)
    # Looking for a few letters in a text is faster than making a set of the text.
    letters: Iterable[str] = rarest
    for other in others:
        letters = [letter for letter in letters if letter in other]
    return [(at if at < _SURROGATES else at - (_AFTER - _SURROGATES)) - _FIRST for at in map(ord, letters)]


def _letter(number: int) -> str:
    at = number + _FIRST
    return chr(at if at < _SURROGATES else at + (_AFTER - _SURROGATES))
