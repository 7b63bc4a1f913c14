"""Define the addresses of the API, below /api/v1/."""

from django.urls import include, path

from common.api.routing import route
from lms import api_docs

# Django tries them in order, so the most requested come first.
urlpatterns = [
    path("", include("quizzes.api_urls")),
    path("", include("courses.api.urls")),
    path("", include("accounts.api.urls")),
    *route("schema", api_docs.schema, "api-schema"),
    *route("docs", api_docs.docs, "api-docs"),
]
