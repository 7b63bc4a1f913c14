"""Route the pages on which staff decide on appeals. They are below the admin's address."""

from django.urls import path

from appeals.pages import staff

app_name = "appeals"

urlpatterns = [
    path("<slug:slug>/", staff.appeal_list, name="list"),
    path("<slug:slug>/<uuid:uuid>/", staff.appeal, name="appeal"),
]
