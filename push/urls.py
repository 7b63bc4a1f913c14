"""Route the pages of notifications on devices."""

from django.urls import path

from push import pages

app_name = "push"

urlpatterns = [
    path("", pages.device_list, name="devices"),
    path("on/", pages.subscribe, name="subscribe"),
    path("off/<uuid:uuid>/", pages.unsubscribe, name="unsubscribe"),
    path("kinds/", pages.change_switches, name="switches"),
]
