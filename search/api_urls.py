"""Route the API address of the search."""

from common.api.routing import route
from search import api

urlpatterns = [route("search", api.Search.as_view(), "api-search")]
