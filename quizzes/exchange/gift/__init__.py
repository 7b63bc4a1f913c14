"""Reads and writes one format; see docs/question-exchange.md."""

from quizzes.exchange.gift.reading import read
from quizzes.exchange.gift.writing import write

__all__ = ["read", "write"]
