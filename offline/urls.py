"""Route what makes the site installable, and what can be read without a network."""

from django.urls import path

from offline import courses, pages

app_name = "offline"

urlpatterns = [
    # A worker may only serve addresses below its own.
    path("sw.js", pages.worker, name="worker"),
    path("offline/<slug:language>.webmanifest", pages.manifest, name="manifest"),
    path("offline/<slug:language>/", pages.offline, name="offline"),
    path("offline/<slug:language>/answers.js", pages.answers, name="answers"),
    path("offline/courses/<slug:slug>/", courses.download, name="download"),
    path("offline/courses/<slug:slug>/pages.json", courses.page_list, name="page-list"),
]
