"""Route the student pages of quizzes to their views."""

from django.urls import path

from quizzes.results import downloads
from quizzes.taking.pages import attempts, quizzes, results

app_name = "quizzes"

urlpatterns = [
    path("courses/<slug:slug>/quizzes/<slug:quiz_slug>/", quizzes.quiz_detail, name="quiz-detail"),
    path("courses/<slug:slug>/quizzes/<slug:quiz_slug>/start/", quizzes.attempt_start, name="attempt-start"),
    path("attempts/<uuid:uuid>/", attempts.attempt_detail, name="attempt-detail"),
    path("attempts/<uuid:uuid>/answers/", attempts.attempt_save, name="attempt-save"),
    path("attempts/<uuid:uuid>/answers/<uuid:question>/check/", attempts.attempt_check, name="attempt-check"),
    path("attempts/<uuid:uuid>/answers/<uuid:question>/files/", attempts.attempt_files, name="attempt-files"),
    path("attempts/<uuid:uuid>/files/<uuid:file>/", downloads.file_download, name="file-download"),
    path("attempts/<uuid:uuid>/files/<uuid:file>/remove/", attempts.file_remove, name="file-remove"),
    path("attempts/<uuid:uuid>/flags/", attempts.attempt_flag, name="attempt-flag"),
    path("attempts/<uuid:uuid>/submit/", attempts.attempt_submit, name="attempt-submit"),
    path("attempts/<uuid:uuid>/result/", results.attempt_result, name="attempt-result"),
    path("attempts/<uuid:uuid>/reveal/", results.attempt_reveal, name="attempt-reveal"),
]
