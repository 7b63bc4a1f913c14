"""Route the pages of the workspace. They are below the admin's address."""

from django.urls import path

from workspace import accepting_pages
from workspace import teaching_pages as teaching
from workspace.course_imports import pages as course_imports
from workspace.pages import courses, files, glossary, lessons, outline, publication, questions, quizzes
from workspace.preview import pages as preview
from workspace.student_view import pages as student_view

app_name = "workspace"

urlpatterns = [
    path("", courses.course_list, name="course-list"),
    # No course can have this name.
    path("+import/", course_imports.course_import, name="course-import"),
    path("+import/<uuid:uuid>/", course_imports.course_import_job, name="course-import-job"),
    path("<slug:slug>/", outline.course_outline, name="outline"),
    path("<slug:slug>/settings/", courses.course_settings, name="settings"),
    path("<slug:slug>/export/", courses.course_export, name="export"),
    path("<slug:slug>/archive/<slug:activity_slug>/", outline.archive, name="archive"),
    path("<slug:slug>/lessons/<slug:activity_slug>/", lessons.lesson, name="lesson"),
    path("<slug:slug>/lessons/<slug:activity_slug>/text/<slug:language>/", lessons.lesson_text, name="lesson-text"),
    path("<slug:slug>/quizzes/<slug:activity_slug>/", quizzes.quiz, name="quiz"),
    path("<slug:slug>/quizzes/<slug:activity_slug>/new/<slug:kind>/", questions.new_question, name="new-question"),
    path("<slug:slug>/quizzes/<slug:activity_slug>/<slug:question_key>/", questions.question, name="question"),
    path("<slug:slug>/accept/<uuid:uuid>/<uuid:question>/", accepting_pages.accept_answer, name="accept-answer"),
    path("<slug:slug>/glossary/", glossary.glossary, name="glossary"),
    path("<slug:slug>/files/", files.file_list, name="files"),
    path("<slug:slug>/files/<str:name>", files.file, name="file"),
    path("<slug:slug>/publish/", publication.publish, name="publish"),
    path("<slug:slug>/discard/", publication.discard, name="discard"),
    path("<slug:slug>/undo/<int:edit_id>/", publication.undo, name="undo"),
    path("<slug:slug>/history/", publication.version_list, name="history"),
    path("<slug:slug>/history/<int:number>/", publication.version, name="version"),
    path("<slug:slug>/history/<int:first>/<int:last>/", publication.versions, name="versions"),
    path("<slug:slug>/earlier/", publication.record_history, name="record-history"),
    path("<slug:slug>/teaching/", teaching.material_list, name="teaching"),
    path("<slug:slug>/teaching/answers/<slug:language>/", teaching.answers, name="teaching-answers"),
    *(
        path(
            f"<slug:slug>/teaching/{kind}/<slug:activity_slug>/<slug:language>/",
            teaching.lesson_material,
            {"kind": kind},
            name="teaching-lesson",
        )
        for kind in teaching.KINDS
    ),
    # The address of a student's page stands behind that of the student.
    path("<slug:slug>/as/<uuid:enrolment_uuid>/", student_view.student_view, name="student-view"),
    path("<slug:slug>/as/<uuid:enrolment_uuid>/<path:path>", student_view.student_page, name="student-page"),
    # The addresses below preview/ end as those of the students' pages do, so that their links only change their beginning.
    path("<slug:slug>/preview/", preview.course, name="preview-course"),
    path("<slug:slug>/preview/glossary/", preview.glossary, name="preview-glossary"),
    path("<slug:slug>/preview/print/", preview.printed, name="preview-print"),
    path("<slug:slug>/preview/files/<str:name>", files.previewed_file, name="preview-file"),
    path("<slug:slug>/preview/lessons/<slug:activity_slug>/", preview.lesson, name="preview-lesson"),
    path("<slug:slug>/preview/lessons/<slug:activity_slug>/done/", preview.lesson, name="preview-done"),
    path("<slug:slug>/preview/lessons/<slug:activity_slug>/check/", preview.attempt, name="preview-check"),
    path(
        "<slug:slug>/preview/lessons/<slug:activity_slug>/check/<uuid:question>/",
        preview.answer_in_text,
        name="preview-answer-in-text",
    ),
    path("<slug:slug>/preview/quizzes/<slug:activity_slug>/", preview.quiz, name="preview-quiz"),
    path("<slug:slug>/preview/quizzes/<slug:activity_slug>/start/", preview.attempt, name="preview-attempt"),
    path("<slug:slug>/preview/quizzes/<slug:activity_slug>/result/", preview.result, name="preview-result"),
]
