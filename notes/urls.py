"""Route the pages of notes."""

from django.urls import path

from notes import pages

app_name = "notes"

urlpatterns = [
    path("courses/<slug:slug>/lessons/<slug:lesson_slug>/notes/", pages.lesson_notes, name="lesson"),
    path("notes/", pages.note_list, name="list"),
    path("notes/export/<slug:kind>/", pages.note_export, name="export"),
    path("notes/<uuid:uuid>/", pages.note_edit, name="edit"),
    path("notes/<uuid:uuid>/delete/", pages.note_delete, name="delete"),
    path("notes/<uuid:uuid>/restore/", pages.note_restore, name="restore"),
]
