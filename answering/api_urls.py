"""Route the API addresses of answering."""

from answering.api import cards, flags, lessons
from common.api.routing import route

urlpatterns = [
    route("lessons/<uuid:uuid>/questions", lessons.LessonQuestions.as_view(), "api-lesson-questions"),
    route("lessons/<uuid:uuid>/questions/<uuid:question>", lessons.LessonQuestion.as_view(), "api-lesson-question"),
    route("attempts/<uuid:uuid>/flags", flags.Flags.as_view(), "api-flags"),
    route("attempts/<uuid:uuid>/flags/<uuid:question>", flags.Flag.as_view(), "api-flag"),
    route("review/cards", cards.CardsToday.as_view(), "api-cards"),
]
