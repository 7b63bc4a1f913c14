"""Route the pages of a person's own summaries."""

from django.urls import path

from mails.own import pages

app_name = "summaries"

urlpatterns = [
    path("", pages.summary_list, name="summary-list"),
    path("<uuid:uuid>/", pages.summary_detail, name="summary-detail"),
]
