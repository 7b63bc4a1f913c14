"""Route the API addresses of courses for offline use."""

from bundles import api
from common.api.routing import route

urlpatterns = [
    route("courses/<slug:slug>/bundle", api.CourseBundle.as_view(), "api-course-bundle"),
    route("courses/<slug:slug>/bundle/files/<str:sha256>", api.CourseBundleFile.as_view(), "api-course-bundle-file"),
]
