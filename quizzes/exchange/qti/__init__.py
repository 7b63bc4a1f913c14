"""Reads and writes one format; see docs/question-exchange.md."""

from quizzes.exchange.qti.reading import read
from quizzes.exchange.qti.writing import write

__all__ = ["read", "write"]
