"""Read and write Moodle XML. See docs/question-exchange.md."""

from exchange.moodle.reader import read
from exchange.moodle.writer import write

__all__ = ["read", "write"]
