"""Route the students' pages of questions at paragraphs."""

from django.urls import path

from discussions.pages import own, student

app_name = "discussions"

urlpatterns = [
    path("courses/<slug:slug>/lessons/<slug:lesson_slug>/questions/", student.lesson_questions, name="lesson"),
    path("discussions/<uuid:uuid>/", student.question, name="question"),
    path("discussions/<uuid:uuid>/me-too/", student.me_too, name="me-too"),
    path("discussions/<uuid:uuid>/mute/", student.mute, name="mute"),
    path("discussions/<uuid:uuid>/accept/", student.accept, name="accept"),
    path("discussions/posts/<uuid:uuid>/", own.post_edit, name="edit"),
    path("discussions/posts/<uuid:uuid>/delete/", own.post_delete, name="delete"),
    path("discussions/posts/<uuid:uuid>/restore/", own.post_restore, name="restore"),
    path("discussions/posts/<uuid:uuid>/report/", student.report, name="report"),
]
