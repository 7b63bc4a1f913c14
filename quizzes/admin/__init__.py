"""The admin of quizzes. Importing the package registers every admin class."""

from quizzes.admin import attempts, questions, quizzes, regrades

__all__ = ["attempts", "questions", "quizzes", "regrades"]
