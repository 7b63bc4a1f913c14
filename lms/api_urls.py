"""Define the addresses of the API, below /api/v1/."""

from django.urls import include, path

from common.api.routing import route
from lms.openapi import document, page

# Django tries them in order, so the most requested come first.
urlpatterns = [
    path("", include("quizzes.api_urls")),
    path("", include("courses.api.urls")),
    path("", include("practice.api.urls")),
    path("", include("search.api_urls")),
    path("", include("notes.api_urls")),
    path("", include("discussions.api_urls")),
    path("", include("calendars.api_urls")),
    path("", include("bundles.api_urls")),
    path("", include("sync.api_urls")),
    path("", include("uploads.api_urls")),
    path("", include("accounts.api.urls")),
    path("", include("push.api.urls")),
    path("", include("mails.own.api_urls")),
    path("", include("announcements.students.api_urls")),
    path("", include("answering.api_urls")),
    path("", include("review.api.urls")),
    path("", include("appeals.api_urls")),
    path("", include("reports.api.urls")),
    path("", include("certificates.api_urls")),
    path("", include("goals.api_urls")),
    route("schema", document.schema, "api-schema"),
    # The page is at /api/docs/. This is where it was before.
    route("docs", page.docs, "api-docs-before"),
]
