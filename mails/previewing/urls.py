"""Route the staff's pages of mails. They are below the admin's address."""

from django.urls import path

from mails.previewing import pages

app_name = "mails"

urlpatterns = [
    path("<slug:slug>/students/<uuid:enrolment_uuid>/", pages.preview, name="preview"),
    path("<slug:slug>/students/<uuid:enrolment_uuid>/html/", pages.preview_html, name="preview-html"),
]
