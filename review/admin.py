"""Add the pages of manual grading to the admin of attempts.

This replaces the admin class registered by `quizzes`, which may not import this app.
"""

from django.contrib import admin
from django.urls import URLPattern, path

from quizzes.admin.attempts import AttemptAdmin
from quizzes.attempts.models import Attempt
from review.pages.attempts import attempt_review
from review.pages.queue import review_queue

admin.site.unregister(Attempt)


@admin.register(Attempt)
class GradingAdmin(AttemptAdmin):
    def get_urls(self) -> list[URLPattern]:
        queue, review = (self.admin_site.admin_view(view) for view in (review_queue, attempt_review))
        return [
            path("queue/", queue, {"model_admin": self}, name="quizzes_attempt_queue"),
            path("<int:attempt_id>/review/", review, {"model_admin": self}, name="quizzes_attempt_review"),
            *super().get_urls(),
        ]
