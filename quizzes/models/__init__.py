"""Columns, constraints and query words of quizzes.

Two halves that never mix: what instructors edit (`authoring`) and what students meet (`versions`, `attempts`): a frozen
`QuizVersion` without answers. The key of a version stands in `AnswerKey`, which no student-facing query reads before
the answers may be shown.
"""

from quizzes.models.attempts import Answer, AnswerQuerySet, Attempt, AttemptQuerySet, HandInFile, LateAnswer
from quizzes.models.authoring import (
    AcceptedAnswer,
    Choice,
    Question,
    Quiz,
    QuizDates,
    QuizException,
    QuizQuerySet,
    question_kinds,
)
from quizzes.models.cards import CardReview, ReviewCard, ReviewCardQuerySet, TakenGrade
from quizzes.models.grades import AttemptGrade, GradeNotice, Regrade, RegradeLine, Review
from quizzes.models.versions import AnswerKey, QuizVersion

__all__ = [
    "AcceptedAnswer",
    "Answer",
    "AnswerKey",
    "AnswerQuerySet",
    "Attempt",
    "AttemptGrade",
    "AttemptQuerySet",
    "CardReview",
    "Choice",
    "GradeNotice",
    "HandInFile",
    "LateAnswer",
    "Question",
    "Quiz",
    "QuizDates",
    "QuizException",
    "QuizQuerySet",
    "QuizVersion",
    "Regrade",
    "RegradeLine",
    "Review",
    "ReviewCard",
    "ReviewCardQuerySet",
    "TakenGrade",
    "question_kinds",
]
