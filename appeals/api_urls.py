"""Route the API of appeals to its views."""

from appeals import api
from common.api.routing import route

urlpatterns = [
    route("attempts/<uuid:uuid>/appeals", api.AttemptAppeals.as_view(), "api-attempt-appeals"),
    route("attempts/<uuid:uuid>/appeals/<uuid:question>", api.AppealDetail.as_view(), "api-appeal"),
]
