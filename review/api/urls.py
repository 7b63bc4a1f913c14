"""Route the API of staff to its views."""

from common.api.routing import route
from review.api import grading

urlpatterns = [
    route("grading-queue", grading.GradingQueue.as_view(), "api-grading-queue"),
    route("grading-queue/<uuid:uuid>", grading.GradingQueueEntry.as_view(), "api-grading-queue-entry"),
    route("grading-queue/<uuid:uuid>/reviews", grading.GradingQueueReviews.as_view(), "api-grading-queue-reviews"),
]
