"""Choose the form of a Korean particle (조사) by how the word before it is read aloud.

A particle has one form after a final consonant and another one after a vowel (책을, 사과를). 으로 also becomes 로 after ㄹ. Words
of Hangul show it in their last syllable. For everything else docs/korean-particles.md has the rule of each class and what other
libraries do.
"""

import html
import re

# A pair of forms: after a consonant, after a vowel. In messages it is a mark: "%(quiz)s{을/를}".
PAIR = r"[가-힣]+/[가-힣]+"

# Characters at the end of a text that are looked at. More would only take time: what is in brackets is seldom as long.
TAIL = 200
# What is not read aloud at the end, in the order in which it is looked for: spaces, a tag, brackets after a word, a closing mark.
_SILENT = [
    re.compile(pattern)
    for pattern in (
        r"[\s\u200b\ufeff]+$",
        r"</?\w[^<>]*>$",
        r"(?<=[^\s(\[])\s*[(\[][^()\[\]]*[)\]]$",
        r"[\"'`*_~.,;:!?…”’»›」』》〉>)\]}]$",
    )
]
_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$", re.ASCII)
_UNIT = re.compile(r"\d\s*([A-Za-zµ]+)$", re.ASCII)
_LATIN = re.compile(r"[A-Za-z]+$")
_CAPITALS = re.compile(r"(?:^|[a-z])[A-Z]{2,}$|^[A-Z]$")
_SHORT_BEFORE_STOP = re.compile(r"(?:(?:^|[^aeiou])[aeiouy]|oo|ou)(?:[ptk]|ck|c)$")

_NO_FINAL, _OTHER_FINAL, _RIEUL = 0, 1, 8
# The names of the letters: 엘 and 알 end in ㄹ, 엠 and 엔 in another consonant, all others in a vowel.
_LETTERS = {"l": _RIEUL, "r": _RIEUL, "m": _OTHER_FINAL, "n": _OTHER_FINAL}
# 영 일 이 삼 사 오 육 칠 팔 구
_DIGITS = (_OTHER_FINAL, _RIEUL, 0, _OTHER_FINAL, 0, 0, _OTHER_FINAL, _RIEUL, _RIEUL, 0)
# The final of 십 백 천, 만 억 조 경 for a number that ends in so many zeros. 조 ends in a vowel.
_ZEROS = (None, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1)
# Units after a number, as they are read: 그램 and 킬로그램 end in a consonant, 밀리리터 and 메가바이트 in a vowel.
_UNITS = {
    **dict.fromkeys(("g", "kg", "mg"), _OTHER_FINAL),
    **dict.fromkeys(("m", "cm", "mm", "km", "s", "ms", "h", "l", "ml", "KB", "MB", "GB", "TB"), _NO_FINAL),
}
_SYMBOLS = {"#": _OTHER_FINAL, "₩": _OTHER_FINAL, "ε": _OTHER_FINAL, "υ": _OTHER_FINAL, "ο": _OTHER_FINAL}
# Words whose spelling does not show how they are read: 웹, 타입.
_WORDS = {"web": _OTHER_FINAL, "type": _OTHER_FINAL}


def particle(text: str, pair: str) -> str:
    """Return the form of `pair` ("을/를": after a consonant, after a vowel) that follows `text`.

    `text` may end in quotes, brackets or HTML tags: they are not read aloud. After a word with brackets (재현율(recall)) the
    word decides. After nothing that can be read, the form after a vowel is returned.
    """
    after_consonant, after_vowel = pair.split("/")
    final = _final(_spoken(text))
    if final == _NO_FINAL or (final == _RIEUL and after_consonant.startswith("으")):
        return after_vowel
    return after_consonant


def _spoken(text: str) -> str:
    """Return `text` without what follows its last word that is read aloud."""
    text = html.unescape(text[-TAIL:])
    while found := next(filter(None, (silent.search(text) for silent in _SILENT)), None):
        text = text[: found.start()]
    return text


def _final(text: str) -> int:
    """Return _NO_FINAL, _RIEUL or another number: the final consonant with which `text` is read."""
    last = text[-1:]
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % 28
    if "ㄱ" <= last <= "ㅎ":
        # The names of the consonants: 리을 ends in ㄹ, the others in another consonant.
        return _RIEUL if last == "ㄹ" else _OTHER_FINAL
    number = _NUMBER.search(text)
    if number:
        return _final_of_number(number[0])
    unit = _UNIT.search(text)
    if unit and unit[1] in _UNITS:
        return _UNITS[unit[1]]
    word = _LATIN.search(text)
    return _final_of_latin(word[0]) if word else _SYMBOLS.get(last, _NO_FINAL)


def _final_of_number(number: str) -> int:
    """Return the final of a number in Sino-Korean, which also reads the parts of 3-6, 2026-11-28 and GPT-4."""
    digits = number.replace(",", "")
    if "." in digits or not digits.endswith("0"):
        return _DIGITS[int(digits[-1])]
    zeros = len(digits) - len(digits.rstrip("0"))
    if zeros == len(digits):
        return _DIGITS[0]
    return (_ZEROS[zeros] if zeros < len(_ZEROS) else _OTHER_FINAL) or _NO_FINAL


def _final_of_latin(word: str) -> int:
    """Return the final of an abbreviation, which is spelled, or of an English word as Korean transcribes it."""
    if _CAPITALS.search(word):
        return _LETTERS.get(word[-1].lower(), _NO_FINAL)
    word = word.lower()
    if word in _WORDS:
        return _WORDS[word]
    if word.endswith(("l", "le")):
        return _RIEUL
    # A final e is not read: name 네임, pipeline 파이프라인.
    if word.endswith(("m", "n", "ng", "me", "ne")):
        return _OTHER_FINAL
    # p, t and k after a short vowel close the syllable (bot 봇, clip 클립); otherwise 으 follows (test 테스트, tape 테이프).
    return _OTHER_FINAL if _SHORT_BEFORE_STOP.search(word) else _NO_FINAL
