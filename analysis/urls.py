"""Route the pages of item statistics. They are below the admin's address."""

from django.urls import path

from analysis import pages

app_name = "analysis"

urlpatterns = [
    path("<slug:slug>/quizzes/<slug:activity_slug>/", pages.quiz_figures, name="quiz"),
]
