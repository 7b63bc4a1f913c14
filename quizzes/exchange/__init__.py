"""Owns import and export of a quiz's questions in Moodle XML, GIFT and QTI 2.1. See docs/question-exchange.md.

parse → plan → execute. Each format reads into and writes from the questions of `quizzes.exchange.shape`.
"""

from quizzes.exchange.exporting import check_language, export
from quizzes.exchange.files import FORMATS, MAX_BYTES
from quizzes.exchange.importing import ChangedMeanwhile, execute, parse
from quizzes.exchange.planning import Plan, plan
from quizzes.exchange.shape import ExchangeError, Export, Reading

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "ChangedMeanwhile",
    "ExchangeError",
    "Export",
    "Plan",
    "Reading",
    "check_language",
    "execute",
    "export",
    "parse",
    "plan",
]
