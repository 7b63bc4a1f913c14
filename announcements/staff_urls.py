"""Route the pages on which staff write announcements. They are below the admin's address."""

from django.urls import path

from announcements import staff_pages

app_name = "announcing"

urlpatterns = [
    path("<slug:slug>/", staff_pages.announcement_list, name="list"),
    path("<slug:slug>/new/", staff_pages.write, name="new"),
    path("<slug:slug>/<uuid:uuid>/", staff_pages.announcement, name="announcement"),
    path("<slug:slug>/<uuid:uuid>/edit/", staff_pages.write, name="edit"),
]
