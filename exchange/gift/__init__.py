"""Read and write GIFT. See docs/question-exchange.md."""

from exchange.gift.reader import read
from exchange.gift.writer import write

__all__ = ["read", "write"]
