"""Reads and writes one format; see docs/question-exchange.md."""

from exchange.qti.reading import read
from exchange.qti.writing import write

__all__ = ["read", "write"]
