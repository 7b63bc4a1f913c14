"""Route the student pages of lesson checks to their views."""

from django.urls import path

from lesson_checks import pages

app_name = "lesson_checks"

urlpatterns = [
    path("courses/<slug:slug>/lessons/<slug:lesson_slug>/check/", pages.check_detail, name="check-detail"),
    path(
        "courses/<slug:slug>/lessons/<slug:lesson_slug>/check/<uuid:question>/",
        pages.answer_in_text,
        name="answer-in-text",
    ),
]
