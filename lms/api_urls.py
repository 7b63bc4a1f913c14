"""The API's addresses, below /api/v1/."""

from django.urls import include, path

from common.routing import route
from lms import api_docs

urlpatterns = [
    path("", include("accounts.api.urls")),
    path("", include("courses.api.urls")),
    path("", include("quizzes.api.urls")),
    *route("schema", api_docs.schema, "api-schema"),
    *route("docs", api_docs.docs, "api-docs"),
]
