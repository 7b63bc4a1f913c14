"""Generated questions that are fed to other systems: the same ones in every run, so that a run fails for a change only."""

import functools

from hypothesis import HealthCheck, Phase, given, seed, settings

from exchange.items.questions import Question
from tests.exchange import generated

KINDS = generated.KINDS
# Enough for each piece of an awkward text to be in several questions of each kind.
COUNT = 16


@functools.cache
def samples(kind: str) -> tuple[Question, ...]:
    """Return generated questions of a kind. Their names are q-0, q-1 …"""
    return tuple(_sample(kind, number) for number in range(COUNT))


def _sample(kind: str, number: int) -> Question:
    """Return one question. The first example of hypothesis is the simplest one, and later ones are similar to earlier ones."""
    found: list[Question] = []

    @seed(number)
    @settings(
        max_examples=3,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(generated.questions(kind, f"q-{number}"))
    def collect(question: Question) -> None:
        found.append(question)

    collect()
    return found[-1]
