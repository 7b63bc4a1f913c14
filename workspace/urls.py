"""Route the pages of the workspace. They are below the admin's address."""

from django.urls import path

from workspace.pages import courses, files, glossary, lessons, outline, publication, questions, quizzes
from workspace.preview import pages as preview

app_name = "workspace"

urlpatterns = [
    path("", courses.course_list, name="course-list"),
    path("<slug:slug>/", outline.course_outline, name="outline"),
    path("<slug:slug>/settings/", courses.course_settings, name="settings"),
    path("<slug:slug>/archive/<slug:activity_slug>/", outline.archive, name="archive"),
    path("<slug:slug>/lessons/<slug:activity_slug>/", lessons.lesson, name="lesson"),
    path("<slug:slug>/lessons/<slug:activity_slug>/text/<slug:language>/", lessons.lesson_text, name="lesson-text"),
    path("<slug:slug>/quizzes/<slug:activity_slug>/", quizzes.quiz, name="quiz"),
    path("<slug:slug>/quizzes/<slug:activity_slug>/new/<slug:kind>/", questions.new_question, name="new-question"),
    path("<slug:slug>/quizzes/<slug:activity_slug>/<slug:question_key>/", questions.question, name="question"),
    path("<slug:slug>/glossary/", glossary.glossary, name="glossary"),
    path("<slug:slug>/files/", files.file_list, name="files"),
    path("<slug:slug>/files/<str:name>", files.file, name="file"),
    path("<slug:slug>/publish/", publication.publish, name="publish"),
    path("<slug:slug>/discard/", publication.discard, name="discard"),
    path("<slug:slug>/undo/<int:edit_id>/", publication.undo, name="undo"),
    path("<slug:slug>/history/", publication.version_list, name="history"),
    path("<slug:slug>/history/<int:number>/", publication.version, name="version"),
    path("<slug:slug>/earlier/", publication.record_history, name="record-history"),
    # The addresses below preview/ end as those of the students' pages do, so that their links only change their beginning.
    path("<slug:slug>/preview/", preview.course, name="preview-course"),
    path("<slug:slug>/preview/glossary/", preview.glossary, name="preview-glossary"),
    path("<slug:slug>/preview/print/", preview.printed, name="preview-print"),
    path("<slug:slug>/preview/files/<str:name>", files.file, name="preview-file"),
    path("<slug:slug>/preview/lessons/<slug:activity_slug>/", preview.lesson, name="preview-lesson"),
    path("<slug:slug>/preview/lessons/<slug:activity_slug>/done/", preview.lesson, name="preview-done"),
    path("<slug:slug>/preview/lessons/<slug:activity_slug>/check/", preview.attempt, name="preview-check"),
    path("<slug:slug>/preview/quizzes/<slug:activity_slug>/", preview.quiz, name="preview-quiz"),
    path("<slug:slug>/preview/quizzes/<slug:activity_slug>/start/", preview.attempt, name="preview-attempt"),
    path("<slug:slug>/preview/quizzes/<slug:activity_slug>/result/", preview.result, name="preview-result"),
]
