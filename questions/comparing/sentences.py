"""Find the noun that a short sentence in Korean or English says, and how sure it is that the rest is only the sentence.

A Korean ending follows its noun with or without 이: 딥러닝이죠, 정밀도죠. Where a noun may itself end like the ending
(정밀도지, but 메시지), the ending is doubtful: a person decides.
"""

import re

LEADS = re.compile(
    r"^(?:(?:제|저의|내)\s*)?(?:정답은|답은|정답|답)\s*[:은]?\s*|^(?:이를|이것을|이것은|이건|그것은|그건|바로)\s+|"
    r"^(?:the\s+answer\s+is|answer\s*:|it\s+is|it's|its)\s+",
    re.IGNORECASE,
)
ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)

# Sentence ends of 하다 and of verbs made with it, of 부르다, of 보다 and of 되다, and of "can be …".
_CAN = tuple(
    f"수{end}"
    for end in (
        "있습니다",
        "있어요",
        "있다",
        "있음",
        "있죠",
        "있지요",
        "있겠습니다",
        "있겠어요",
        "있겠다",
        "있습니다만",
    )
)
_DO = (
    "합니다", "해요", "한다", "함", "하죠", "하지요", "하네요", "합니다만", "하는데요", "하겠습니다", "했습니다",
    "하였습니다", "했어요",
    *(f"할{can}" for can in _CAN),
)  # fmt: skip
_VERBS = (
    *_DO,
    *(f"{noun}{end}" for noun in ("말", "칭", "명명", "정의", "생각", "이야기") for end in _DO),
    "부릅니다", "불러요", "부른다", "부름", "부르죠", "부르지요", "부릅니다만", "불립니다", "불려요", "불린다",
    *(f"부를{can}" for can in _CAN),
    "봅니다", "봐요", "본다", *(f"볼{can}" for can in _CAN),
    "생각됩니다", "생각돼요", "생각된다", "정의됩니다", "정의돼요", "정의된다",
)  # fmt: skip
# Endings that follow 이, and a vowel also without it: 딥러닝이죠, 정밀도죠, 정밀도이죠.
_AFTER_BOTH = (
    "죠", "네요", "랍니다", "었습니다", "었어요", "라고요", "라구요", *(f"라{verb}" for verb in _VERBS)
)  # fmt: skip
# The same, but some nouns end like that: 메시지, 제품군, 광고. Without 이 they are doubtful.
_LIKE_NOUNS = ("지", "지요", "군", "군요", "구나", "고요", "구요", "네", "라고", "거든요", "니까", "니까요")
# 이 and the ending have become one (이 + ㅂ니다), or both forms are so common that their noun does not matter.
_FUSED = (
    "입니다", "입니다만", "이에요", "예요", "에요", "이예요", "이다", "다", "이요", "요", "임", "이야", "야",
    "인데", "인데요", "임다", "였습니다", "였어요", "입니당", "이에용", "예용",
    *(f"{quote}{verb}" for quote in ("이라고", "라고") for verb in _VERBS),
)  # fmt: skip
# {ending: whether its noun ends in a consonant, in a vowel, or in either (None)}.
_FITS: dict[str, bool | None] = {
    **{f"이{end}": True for end in _LIKE_NOUNS},
    **{f"이{end}": None for end in _AFTER_BOTH},
    **dict.fromkeys(_AFTER_BOTH, False),
    **dict.fromkeys(_FUSED),
}
_LONGEST = max(map(len, _FITS))
# Particles, by the last sound of the noun. Others (도, 만, 로, 의 …) are left out: they also end words, as in 정확도.
_AFTER_CONSONANT = ("이란", "은", "이", "을")
_AFTER_VOWEL = ("란", "는", "가", "를")

# Nouns that look like another noun and an ending: 이용자 수 + 요 is 이용자 수요.
_NOUNS = frozenset((
    "수요", "중요", "필요", "주요", "개요", "소요", "강요", "분야", "시야", "책임", "선임", "게임",
    "주가", "시가", "추가", "길이", "종이", "놀이", "먹이",
))  # fmt: skip
# The endings after a noun of one syllable that belong to no longer noun. The others may: 종 + 이죠 is 종이 + 죠.
_CLEAR_AFTER_ONE = re.compile(r"이에요|이다|입니다|예요|에요|인데|였|(?:이라고|라고)..")
# How a sentence goes on after a term that it may not state: 정밀도인것같아요, 정밀도가아닙니다.
_SENTENCE = re.compile(
    r"(?:이|인|일|라|란|래|같|아니|아닐|아닌|맞|가|은|는|을|를|였|겠|려|던|하|한|할|해|뿐|또는|혹은|나|거나|정도|쯤)"
    r".*[요다죠까음함듯데네용지고나가야만]|이?라는.*|지|지요|군|군요|구나|고요|구요|네|거든요|니까|니까요|죠|네요|라고|같음|인듯|일듯"
)
# Letters of Hangul by themselves and marks: ㅎㅎ, ^^, emoji.
_FEELING = re.compile(r"(?:[ᄀ-ᇿㄱ-ㆎ]|[^\w%'])+\Z")
_HEDGES = re.compile(
    r"^(?:아마도?|혹시|글쎄요?|음+|[제내]생각(?:에는|에|엔)|maybe|perhaps|probably|ithink(?:itis|it's)?)"
)
# Nouns that only frame a term: 과적합 문제.
_FRAMES = frozenset((
    "문제", "현상", "개념", "용어", "기법", "방법", "방식", "이론", "법칙", "원리", "기술", "상태", "과정", "모델",
    "알고리즘", "지표", "번",
))  # fmt: skip


def without_ending(form: str) -> list[tuple[str, bool]]:
    """Return (noun, whether the ending is sure) for each ending of `form`, longest first: a copula, a quotation, a particle."""
    found: list[tuple[str, bool]] = []
    for length in range(min(_LONGEST, len(form) - 1), 0, -1):
        noun, ending = form[:-length], form[-length:]
        if ending in _FITS:
            found.append((noun, _fits(noun, _FITS[ending]) and is_clear(noun, ending)))
        elif ending in _LIKE_NOUNS:
            found.append((noun, False))
    stems = [noun for noun, _ in found]
    if (noun := without_particle(form)) != form:
        found.append((noun, is_clear(noun, form[len(noun) :])))
    # A particle before a copula makes no sentence: 종이입니다 is 종이 and not 종.
    found += [(noun, False) for stem in stems if (noun := without_particle(stem)) != stem]
    return found


def without_particle(form: str) -> str:
    for particles, consonant in ((_AFTER_CONSONANT, True), (_AFTER_VOWEL, False)):
        for particle in particles:
            noun = form.removesuffix(particle)
            if noun and noun != form and _fits(noun, consonant):
                return noun
    return form


def is_clear(noun: str, ending: str) -> bool:
    """Whether noun and ending make no other word: 책임 is no 책, 길이 no 길. A noun of several words ends in its last one."""
    last = noun.rsplit(maxsplit=1)[-1]
    if len(ending) == 1 and last[-1] + ending in _NOUNS:
        return False
    return not _is_one_syllable(last) or bool(_CLEAR_AFTER_ONE.match(ending))


def _is_one_syllable(noun: str) -> bool:
    return len(noun) == 1 and "가" <= noun <= "힣"


def may_say(form: str, term: str) -> bool:
    """Whether `form` may say `term`, in a sentence, with a feeling or with a noun that frames it, all without spaces."""
    feeling = _FEELING.search(form)
    plain = _HEDGES.sub("", form[: feeling.start()] if feeling else form)
    for noun in (plain, *(noun for noun, _sure in without_ending(plain))):
        rest = noun.removeprefix(term)
        if not rest and noun != form and not (feeling and _is_sign(term, feeling[0])):
            return True
        # After a noun of one syllable two more may make another word.
        if rest != noun and len(rest) > 2 * _is_one_syllable(term) and (rest in _FRAMES or _SENTENCE.fullmatch(rest)):
            return True
    return len(form) > 1 and any(term == form + frame for frame in _FRAMES)


def _is_sign(term: str, marks: str) -> bool:
    """Whether marks mean something: after a short name in Latin letters, as in C++, unless there are letters of Hangul."""
    return len(term) < 5 and not "가" <= term[-1] <= "힣" and not any("ᄀ" <= mark <= "ᇿ" for mark in marks)


def _fits(noun: str, consonant: bool | None) -> bool:
    """Whether the noun ends in a consonant or a vowel, as asked. One not in Hangul fits both: its pronunciation varies."""
    last = noun[-1]
    return consonant is None or not "가" <= last <= "힣" or ((ord(last) - ord("가")) % 28 != 0) == consonant
