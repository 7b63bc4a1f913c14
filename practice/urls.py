"""Route the student pages of practice to their views."""

from django.urls import path

from practice import pages

app_name = "practice"

urlpatterns = [
    path("review/", pages.practice_today, name="today"),
    path("review/cards/<uuid:card>/<int:turn>/", pages.card_turn, name="card-turn"),
]
