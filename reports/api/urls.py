"""Route the API of rosters and gradebooks to its views."""

from common.api.routing import route
from reports.api import gradebook, roster, what_if

urlpatterns = [
    route("courses/<slug:slug>/grades/what-if", what_if.WhatIf.as_view(), "api-what-if"),
    route("courses/<slug:slug>/roster", roster.CourseRoster.as_view(), "api-course-roster"),
    route("courses/<slug:slug>/gradebook", gradebook.CourseGradebook.as_view(), "api-course-gradebook"),
    route("courses/<slug:slug>/gradebook/<uuid:uuid>", gradebook.StudentGrades.as_view(), "api-student-grades"),
    route(
        "courses/<slug:slug>/gradebook/<uuid:uuid>/<uuid:activity>",
        gradebook.StudentGradeDetail.as_view(),
        "api-student-grade",
    ),
]
