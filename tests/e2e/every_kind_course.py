"""Create a course with a quiz of every question kind in the running product (`manage.py shell`)."""

from typing import Any

from questions import KINDS
from quizzes.authoring import publishing
from quizzes.authoring.models import AcceptedAnswer, Choice, Question, Quiz
from tests.factories import ActivityFactory, CourseFactory, ModuleFactory

SLUG = "every-kind"


def both(text: str) -> dict[str, str]:
    return {"ko": text, "en": text}


# What each kind asks, and its definition.
TEXTS = {
    "single_choice": ("정밀도는 무엇을 재나요?", "What does precision measure?"),
    "multiple_choice": ("재현율을 낮추는 것을 모두 고르세요.", "Choose everything that lowers recall."),
    "short_answer": ("입력의 분포가 달라지는 것을 무엇이라고 하나요?", "What is a change of the inputs called?"),
    "numeric": ("이 서비스의 중앙 지연 시간은 얼마인가요?", "What is the median latency of this service?"),
    "ordering": ("데이터 분석의 순서대로 놓으세요.", "Put the steps of an analysis in order."),
    "matching": ("지표와 식을 짝지으세요.", "Match each metric with its formula."),
    "fill_in": (
        "훈련 데이터에 너무 잘 맞는 것을 {{learned}}이라고 해요.",
        "A model that fits its training data too well is {{learned}}.",
    ),
    "hand_in": ("여러분의 모델을 어떻게 감시할지 쓰세요.", "Write how you would monitor your model."),
}  # fmt: skip
DEFINITIONS: dict[str, dict[str, Any]] = {
    "multiple_choice": {"credit": "partial"},
    "short_answer": {"near_misses": "review"},
    "numeric": {"value": 250, "tolerance": 5, "unit": "ms", "units": {"s": 1000}, "unit_required": False},
    "ordering": {
        "items": [
            {"key": "collect", "text": {"ko": "모으기", "en": "Collect"}},
            {"key": "clean", "text": {"ko": "다듬기", "en": "Clean"}},
        ],
        "credit": "partial",
    },
    "matching": {
        "pairs": [
            {"key": "precision", "left": {"ko": "정밀도", "en": "Precision"}, "right": both("TP / (TP + FP)")},
            {"key": "recall", "left": {"ko": "재현율", "en": "Recall"}, "right": both("TP / (TP + FN)")},
        ],
        "distractors": [{"key": "accuracy", "text": both("(TP + TN) / N")}],
        "credit": "partial",
    },
    "fill_in": {"blanks": [{"key": "learned", "accept": ["과적합", "overfitting"]}], "credit": "partial"},
    "hand_in": {
        "rubric": [
            {"key": "reasoning", "points": 3, "text": {"ko": "근거를 밝혔다", "en": "Gives reasons"}},
            {"key": "figures", "points": 2, "text": {"ko": "수치를 썼다", "en": "Uses figures"}},
        ],
        "text": True,
        "files": {"max": 2, "types": ["pdf", "ipynb"]},
    },
}
CHOICES = {
    "right": ("양성이라고 한 것 가운데 맞은 비율", "The share of predicted positives that are right"),
    "wrong": ("실제 양성 가운데 찾아낸 비율", "The share of real positives that were found"),
    "other": ("모든 답 가운데 맞은 비율", "The share of all answers that are right"),
}


def make(**rules: Any) -> None:
    """One course with one quiz; `rules` are the quiz's."""
    course = CourseFactory(slug=SLUG, title_ko="모든 문제", title_en="Every kind", is_published=True)
    activity = ActivityFactory(
        module=ModuleFactory(course=course), slug="quiz", kind="quiz", code="", title_ko="퀴즈", title_en="Quiz"
    )
    quiz = Quiz.objects.create(activity=activity, title_ko="퀴즈", title_en="Quiz", **rules)
    for position, name in enumerate(KINDS):
        _ask(quiz, position, name, DEFINITIONS.get(name, {}))
    publishing.publish(quiz)


def _ask(quiz: Quiz, position: int, name: str, definition: dict[str, Any]) -> None:
    korean, english = TEXTS[name]
    question = Question.objects.create(
        quiz=quiz,
        key=name.replace("_", "-"),
        kind=name,
        position=position,
        points=5 if name == "hand_in" else 2,
        text_ko=korean,
        text_en=english,
        definition=definition,
        correct_feedback_ko="맞아요.",
        correct_feedback_en="That is it.",
        incorrect_feedback_ko="다시 읽어 보세요.",
        incorrect_feedback_en="Read it again.",
    )
    if KINDS[name].rows == "choices":
        for place, (key, (ko, en)) in enumerate(CHOICES.items()):
            Choice.objects.create(
                question=question,
                key=key,
                position=place,
                is_correct=key == "right",
                text_ko=ko,
                text_en=en,
                feedback_ko="정의를 떠올려 보세요.",
                feedback_en="Think of the definition.",
            )
    if KINDS[name].rows == "answers":
        for text in ("데이터 드리프트", "data drift"):
            AcceptedAnswer.objects.create(question=question, text=text)
