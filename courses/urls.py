"""Route the student pages of courses."""

from django.urls import path

from courses.pages import assets, courses, front, glossary, lessons, printing, summaries

app_name = "courses"

urlpatterns = [
    path("", front.front, name="front"),
    path("courses/", courses.course_list, name="course-list"),
    path("courses/<slug:slug>/", courses.course_detail, name="course-detail"),
    path("courses/<slug:slug>/first-lesson/", front.first_lesson, name="first-lesson"),
    path("courses/<slug:slug>/enrol/", courses.course_enrol, name="course-enrol"),
    path("courses/<slug:slug>/glossary/", glossary.glossary, name="glossary"),
    path("courses/<slug:slug>/print/", printing.course_print, name="course-print"),
    path("courses/<slug:slug>/files/<str:name>", assets.asset, name="asset"),
    path("courses/<slug:slug>/lessons/<slug:lesson_slug>/", lessons.lesson_detail, name="lesson-detail"),
    path("courses/<slug:slug>/lessons/<slug:lesson_slug>/done/", lessons.lesson_done, name="lesson-done"),
    path("courses/<slug:slug>/lessons/<slug:lesson_slug>/position/", lessons.lesson_position, name="lesson-position"),
    path("courses/<slug:slug>/lessons/<slug:lesson_slug>/marks/", lessons.lesson_marks, name="lesson-marks"),
    path("weekly-summary/<str:token>/off/", summaries.summary_unsubscribe, name="summary-unsubscribe"),
    path("weekly-summary/<str:token>/on/", summaries.summary_subscribe, name="summary-subscribe"),
]
