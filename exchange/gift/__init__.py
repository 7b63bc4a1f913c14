"""Read and write GIFT; see docs/question-exchange.md."""

from exchange.gift.reader import read
from exchange.gift.writer import write

__all__ = ["read", "write"]
