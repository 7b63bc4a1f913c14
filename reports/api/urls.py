"""Route the API of the gradebook to its views."""

from common.api.routing import route
from reports.api import gradebook

urlpatterns = [
    route("courses/<slug:slug>/gradebook", gradebook.CourseGradebook.as_view(), "api-course-gradebook"),
    route("courses/<slug:slug>/gradebook/<uuid:uuid>", gradebook.StudentGrades.as_view(), "api-student-grades"),
    route(
        "courses/<slug:slug>/gradebook/<uuid:uuid>/<uuid:activity>",
        gradebook.StudentGradeDetail.as_view(),
        "api-student-grade",
    ),
]
