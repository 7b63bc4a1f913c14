"""Route the API addresses of weekly summaries."""

from common.api.routing import route
from mails.own import api

urlpatterns = [
    route("summaries", api.SummaryList.as_view(), "api-summary-list"),
    route("summaries/<uuid:uuid>", api.SummaryDetail.as_view(), "api-summary"),
]
