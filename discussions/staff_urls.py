"""Route the pages on which staff answer and moderate questions. They are below the admin's address."""

from django.urls import path

from discussions.pages import staff

app_name = "discussing"

urlpatterns = [
    path("<slug:slug>/", staff.question_list, name="list"),
    path("<slug:slug>/<uuid:uuid>/", staff.question, name="question"),
]
