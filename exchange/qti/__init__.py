"""Read and write QTI 2.1 and 3.0. See docs/question-exchange.md."""

from exchange.qti.reader import read
from exchange.qti.writer import write, write_3

__all__ = ["read", "write", "write_3"]
