"""Collect all models of the app for Django. Other code imports a model from its subject package."""

# ruff: noqa: F401 (this module only imports the models)

from quizzes.attempts.models import Answer, Attempt, HandInFile, LateAnswer
from quizzes.authoring.models import AcceptedAnswer, Choice, Question, Quiz, QuizDates, QuizOverride, question_kinds
from quizzes.authoring.versions import AnswerKey, QuizVersion
from quizzes.grading.models import AttemptGrade, GradeNotice, Regrade, RegradeLine, Review
