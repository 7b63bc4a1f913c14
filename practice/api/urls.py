"""Route the API of practice to its views."""

from common.api.routing import route
from practice.api import views

urlpatterns = [
    route("review", views.PracticeToday.as_view(), "api-review"),
    route("review/cards/<uuid:card>/turns/<int:turn>", views.PracticeTurn.as_view(), "api-card-turn"),
]
