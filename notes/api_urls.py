"""Route the API addresses of notes."""

from common.api.routing import route
from notes import api

urlpatterns = [
    route("notes", api.Notes.as_view(), "api-note-list"),
    route("notes/<uuid:uuid>", api.NoteDetail.as_view(), "api-note"),
    route("notes-export/<slug:kind>", api.NotesExport.as_view(), "api-notes-export"),
    route("notes/<uuid:uuid>/restore", api.NoteRestore.as_view(), "api-note-restore"),
]
