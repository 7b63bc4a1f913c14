"""Read and write GIFT. See docs/question-exchange.md."""

from exchange.gift.reader import has_marks, read
from exchange.gift.writer import write

__all__ = ["has_marks", "read", "write"]
