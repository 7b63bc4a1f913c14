"""Route the API address of announcements."""

from announcements.students import api
from common.api.routing import route

urlpatterns = [
    route("courses/<slug:slug>/announcements", api.CourseAnnouncements.as_view(), "api-course-announcements")
]
