"""A quiz with a question of every kind, in two languages, for imports and exports."""

from typing import Any

from questions import KINDS
from quizzes.authoring import publishing
from quizzes.authoring.models import AcceptedAnswer, Choice, Question, Quiz
from workspace.drafts import records

_COMMON = {
    "correct_feedback_ko": "맞아요.",
    "correct_feedback_en": "Yes.",
    "incorrect_feedback_ko": "아니에요.",
    "incorrect_feedback_en": "No.",
}


def _texts(**texts: tuple[str, str]) -> dict[str, Any]:
    return {name: {"ko": ko, "en": en} for name, (ko, en) in texts.items()}


ROWS: list[dict[str, Any]] = [
    {
        "key": "ship",
        "kind": "single_choice",
        "text_ko": "배포 뒤에 **먼저** 볼 것은?",
        "text_en": "What do you look at **first** after a release?",
        "choices": [
            ("지표", "The metrics", True),
            ("`git log`", "`git log`", False),
            ("5 * 3 = 15 & {a: b}", "5 * 3 = 15 & {a: b}", False),
        ],
    },
    {
        "key": "2-drift",
        "kind": "multiple_choice",
        "points": 2,
        "definition": {"credit": "partial"},
        "text_ko": "드리프트의 신호를 모두 고르세요.",
        "text_en": "Choose all signs of drift.",
        "choices": [
            ("분포 변화", "A shifted distribution", True),
            ("성능 저하", "A worse metric", True),
            ("새 로고", "A new logo", False),
            ("점심", "Lunch", False),
        ],
    },
    {
        "key": "name",
        "kind": "short_answer",
        "text_ko": "P(Y|X)가 바뀌는 것은?",
        "text_en": "P(Y|X) changes: what is it called?",
        "accept": ["concept drift", "개념 드리프트", "a*b"],
        "wrong": [("data drift", "입력이 바뀌는 것이에요.", "That is about the inputs.")],
        **_COMMON,
    },
    {
        "key": "latency",
        "kind": "numeric",
        "points": "1.50",
        "text_ko": "p95는 얼마인가요?",
        "text_en": "What is the p95?",
        "definition": {"value": 250.5, "tolerance": 5, "unit": "ms", "units": {"s": 1000}},
        **_COMMON,
    },
    {
        "key": "steps",
        "kind": "ordering",
        "points": 3,
        "text_ko": "순서대로 놓으세요.",
        "text_en": "Put them in order.",
        "definition": {
            "items": [
                {"key": "collect", **_texts(text=("모으기", "Collect"))},
                {"key": "clean", **_texts(text=("다듬기", "Clean"))},
                {"key": "fit", **_texts(text=("학습", "Fit"))},
            ],
            "credit": "partial",
        },
        **_COMMON,
    },
    {
        "key": "pairs",
        "kind": "matching",
        "points": 2,
        "text_ko": "짝을 지으세요.",
        "text_en": "Match them.",
        "definition": {
            "pairs": [
                {
                    "key": "precision",
                    **_texts(left=("정밀도", "Precision"), right=("TP / (TP + FP)", "TP / (TP + FP)")),
                },
                {"key": "recall", **_texts(left=("재현율", "Recall"), right=("TP / (TP + FN)", "TP / (TP + FN)"))},
            ],
            "distractors": [{"key": "accuracy", **_texts(text=("(TP + TN) / N", "(TP + TN) / N"))}],
            "credit": "partial",
        },
        **_COMMON,
    },
    {
        "key": "gaps",
        "kind": "fill_in",
        "points": 2,
        "text_ko": "{{one}}은 훈련 오차가 낮고 {{two}} 오차가 높은 것이에요.",
        "text_en": "{{one}} has a low training error and a high {{two}} error.",
        "definition": {
            "blanks": [
                {"key": "one", "accept": ["과적합", "overfitting", "a}b~c#d=e"]},
                {"key": "two", "accept": ["검증", "validation"]},
            ],
            "credit": "partial",
        },
    },
    {
        "key": "mixed",
        "kind": "fill_in",
        "points": 3,
        "text_ko": "재현율이 {{way}} 임계값은 {{threshold}}이고, {{name}}이라고 해요.",
        "text_en": "The recall {{way}}, the threshold is {{threshold}}, and this is called {{name}} too.",
        "definition": {
            "blanks": [
                {
                    "key": "way",
                    "choices": [
                        {"key": "up", "correct": True, **_texts(text=("오르면", "*rises*"))},
                        {"key": "down", **_texts(text=("a}b~c#d=e 내리면", "a}b~c#d=e falls & <b>"))},
                    ],
                },
                {"key": "threshold", "value": 0.25, "tolerance": 0.05, "unit": "%"},
                {"key": "name", "accept": ["민감도", "sensitivity"]},
            ],
            "credit": "partial",
        },
    },
    {
        "key": "gap",
        "kind": "fill_in",
        "text_ko": "가장 자주 나온 값은 {{mode}}이라고 해요.",
        "text_en": "The value that is there most often is the {{mode}} of them.",
        "definition": {"blanks": [{"key": "mode", "accept": ["최빈값", "mode"]}]},
    },
    {
        "key": "report",
        "kind": "hand_in",
        "points": 5,
        "text_ko": "보고서를 쓰세요.\n\n- 수치\n- 근거",
        "text_en": "Write a report.\n\n- figures\n- reasons",
        "definition": {
            "rubric": [
                {"key": "reasons", "points": 3, **_texts(text=("근거", "Reasons"))},
                {"key": "figures", "points": 2, **_texts(text=("수치", "Figures"))},
            ],
            "files": {"max": 2, "types": ["pdf", "ipynb"]},
            "notes": {"ko": "관대하게", "en": "Be generous"},
        },
    },
]


def add(quiz: Quiz, row: dict[str, Any]) -> Question:
    fields = {name: value for name, value in row.items() if name not in ("choices", "accept", "wrong")}
    question = Question.objects.create(quiz=quiz, position=quiz.questions.count(), **fields)
    for place, (ko, en, right) in enumerate(row.get("choices", [])):
        Choice.objects.create(
            question=question,
            key=f"c-{place}",
            position=place,
            is_correct=right,
            text_ko=ko,
            text_en=en,
            feedback_ko=f"{place}번이에요.\n\n*왜*냐하면",
            feedback_en=f"Number {place}.\n\nFor *this* reason",
        )
    for place, text in enumerate(row.get("accept", [])):
        AcceptedAnswer.objects.create(question=question, text=text, position=place)
    for place, (text, ko, en) in enumerate(row.get("wrong", []), 50):
        AcceptedAnswer.objects.create(
            question=question, text=text, is_correct=False, position=place, feedback_ko=ko, feedback_en=en
        )
    return question


def fill(quiz: Quiz) -> Quiz:
    """Replace the questions of a quiz by ROWS, which has every kind, and publish it."""
    assert {row["kind"] for row in ROWS} == set(KINDS)
    quiz.questions.all().delete()
    for row in ROWS:
        add(quiz, row)
    publishing.publish(quiz)
    return quiz


def drafted_keys(quiz: Quiz) -> set[str]:
    """Return the keys of the questions that the quiz has in the draft."""
    slug = quiz.activity.slug
    return set(records.read(quiz.activity.course).records["quiz", slug]["questions"])


def into(quiz: Quiz) -> dict[str, Any]:
    """Return the place that questions of an import go to, as `jobs.upload` and `importing.draft` take it."""
    return {"course": quiz.activity.course, "slug": quiz.activity.slug}
