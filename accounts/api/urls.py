"""Route the API addresses of accounts."""

from accounts.api import views
from common.api.routing import route

urlpatterns = [
    *route("me", views.Me.as_view(), "api-me"),
    *route("session", views.Session.as_view(), "api-session"),
]
