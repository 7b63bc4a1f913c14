"""Route the API addresses of courses."""

from common.api.routing import route
from courses.api import glossary, joining, teaching, views

urlpatterns = [
    route("courses", views.CourseList.as_view(), "api-course-list"),
    route("courses/<slug:slug>/outline", views.CourseOutlineDetail.as_view(), "api-course-outline"),
    route("courses/<slug:slug>/progress", views.CourseProgressDetail.as_view(), "api-course-progress"),
    route("teaching", teaching.TeachingList.as_view(), "api-teaching-list"),
    route("open-courses", joining.OpenCourseList.as_view(), "api-open-course-list"),
    route("courses/<slug:slug>/enrolment", joining.CourseEnrolment.as_view(), "api-course-enrolment"),
    route("courses/<slug:slug>/glossary", glossary.CourseGlossaryDetail.as_view(), "api-course-glossary"),
    route("lessons/<uuid:uuid>", views.LessonDetail.as_view(), "api-lesson-detail"),
    route("lessons/<uuid:uuid>/position", views.LessonPosition.as_view(), "api-lesson-position"),
]
