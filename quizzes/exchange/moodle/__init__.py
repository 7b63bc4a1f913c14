"""Reads and writes one format; see docs/question-exchange.md."""

from quizzes.exchange.moodle.reading import read
from quizzes.exchange.moodle.writing import write

__all__ = ["read", "write"]
