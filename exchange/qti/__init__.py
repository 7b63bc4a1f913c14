"""Read and write QTI 2.1. See docs/question-exchange.md."""

from exchange.qti.reader import read
from exchange.qti.writer import write

__all__ = ["read", "write"]
