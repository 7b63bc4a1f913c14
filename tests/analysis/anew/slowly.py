"""Compute the sums of item statistics as simply as possible: response by response."""

from analysis import counting, tallies
from analysis.models import CountedAttempt
from analysis.tallies import Changes


def count_slowly(quiz_id: int) -> Changes:
    changes = tallies.new_changes()
    for counted in CountedAttempt.objects.filter(attempt__quiz=quiz_id).prefetch_related("responses"):
        responses = [counting.response_of(row) for row in counted.responses.all()]
        tallies.change(changes, quiz_id, counted.cohort, responses, 1)
    return changes
