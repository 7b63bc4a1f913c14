"""Route the pages of the calendar."""

from django.urls import path

from calendars import feed_pages, pages

app_name = "calendars"

urlpatterns = [
    path("", pages.month, name="month"),
    path("address/", pages.address_reset, name="address-reset"),
    path("address/off/", pages.address_off, name="address-off"),
    path("<str:token>/baeum.ics", feed_pages.feed, name="feed"),
]
