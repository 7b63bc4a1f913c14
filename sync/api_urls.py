"""Route the API addresses of work without a network."""

from common.api.routing import route
from sync import api

urlpatterns = [
    route("sync", api.Sync.as_view(), "api-sync"),
    route("changes", api.ChangesSince.as_view(), "api-changes"),
]
