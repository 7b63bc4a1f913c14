"""Route the API addresses of goals."""

from common.api.routing import route
from goals import api

urlpatterns = [route("goal", api.GoalWeekDetail.as_view(), "api-goal")]
