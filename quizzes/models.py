"""Collect all models of the app for Django. Other code imports a model from its subject package."""

from quizzes.attempts.models import Answer, Attempt, HandInFile, LateAnswer
from quizzes.authoring.models import AcceptedAnswer, Choice, Question, Quiz, QuizDates, QuizOverride, question_kinds
from quizzes.authoring.versions import AnswerKey, QuizVersion
from quizzes.grading.models import AttemptGrade, GradeNotice, Regrade, RegradeLine, Review
from quizzes.practice.models import CollectedGrade, PracticeAnswer, PracticeCard

__all__ = [
    "AcceptedAnswer",
    "Answer",
    "AnswerKey",
    "Attempt",
    "AttemptGrade",
    "Choice",
    "CollectedGrade",
    "GradeNotice",
    "HandInFile",
    "LateAnswer",
    "PracticeAnswer",
    "PracticeCard",
    "Question",
    "Quiz",
    "QuizDates",
    "QuizOverride",
    "QuizVersion",
    "Regrade",
    "RegradeLine",
    "Review",
    "question_kinds",
]
