"""Define the columns of a table of questions and the words in it, in both languages. The template and the reader share them."""

import re

# {column: its headings. The first two are those of the template, in Korean and English.}
HEADINGS: dict[str, tuple[str, ...]] = {
    "kind": ("유형", "type", "kind", "question type", "문제 유형", "문항 유형"),
    "text": ("문제", "question", "text", "question text", "문항", "질문"),
    "answer": (
        "정답",
        "answer",
        "answers",
        "correct answer",
        "correct",
        "correct option",
        "correctoption",
        "right answer",
        "답",
    ),
    "tolerance": ("허용 오차", "tolerance", "오차"),
    "points": ("배점", "points", "score", "점수"),
    "name": ("이름", "name", "id", "식별자"),
    "category": ("분류", "category", "범주"),
    "correct_feedback": ("맞았을 때 피드백", "feedback if right", "correct feedback"),
    "incorrect_feedback": ("틀렸을 때 피드백", "feedback if wrong", "incorrect feedback"),
}
CHOICES = ("보기", "choice")
_CHOICE = re.compile(r"(?:보기|선택지|choice|option)\s*([0-9]{1,2}|[a-z])")
MAX_CHOICES = 26
# {kind: the words for it. The first two are those of the template.}
KINDS: dict[str, tuple[str, ...]] = {
    "single_choice": ("단일 선택", "single choice", "single", "multiple choice single", "mc", "객관식", "택1"),
    "multiple_choice": ("복수 선택", "multiple choice", "multiple", "multiple answers", "복수 정답"),
    "true_false": ("참/거짓", "true/false", "true false", "truefalse", "tf", "ox", "o/x", "참거짓"),
    "short_answer": ("단답형", "short answer", "short", "주관식", "단답"),
    "numeric": ("숫자", "number", "numeric", "numerical", "수"),
    "ordering": ("순서", "ordering", "order", "순서 맞추기"),
    "matching": ("짝 맞추기", "matching", "match", "연결", "짝짓기"),
    "fill_in": ("빈칸", "fill in", "fill-in", "blanks", "빈칸 채우기"),
}
TRUE = frozenset({"true", "t", "o", "참", "맞음", "yes", "1"})
FALSE = frozenset({"false", "f", "x", "거짓", "틀림", "no", "0"})
_COLUMN_OF = {heading: column for column, headings in HEADINGS.items() for heading in headings}
_KIND_OF = {word: kind for kind, words in KINDS.items() for word in words}


def column_of(heading: str) -> str:
    """Return the column of a heading: a key of HEADINGS, "choice 1" …, or "" if it is unknown. Case does not matter."""
    plain = " ".join(heading.replace("_", " ").lower().split())
    if found := _CHOICE.fullmatch(plain):
        number = int(found[1]) if found[1].isdigit() else ord(found[1]) - ord("a") + 1
        return f"choice {number}" if 1 <= number <= MAX_CHOICES else ""
    return _COLUMN_OF.get(plain, "")


def kind_of(word: str) -> str:
    """Return the kind that a word in the column of kinds means, or "" if it is unknown."""
    return _KIND_OF.get(" ".join(word.replace("_", " ").lower().split()), "")


def is_header(cells: list[str]) -> bool:
    """Return whether a row is the heading of a table of questions: it names the question, and its answer, kind or choices."""
    found = {column_of(cell) for cell in cells}
    return "text" in found and bool(found & {"answer", "kind", "choice 1"})
