"""Reads and writes one format; see docs/question-exchange.md."""

from exchange.moodle.reading import read
from exchange.moodle.writing import write

__all__ = ["read", "write"]
