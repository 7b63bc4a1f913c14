"""Route the pages on which staff see and withdraw certificates. They are below the admin's address."""

from django.urls import path

from certificates import staff_pages

app_name = "certifying"

urlpatterns = [
    path("<slug:slug>/", staff_pages.certificate_list, name="list"),
    path("<slug:slug>/<uuid:uuid>/", staff_pages.withdraw, name="withdraw"),
]
