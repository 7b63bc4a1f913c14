"""Reads and writes one format; see docs/question-exchange.md."""

from exchange.gift.reading import read
from exchange.gift.writing import write

__all__ = ["read", "write"]
