"""Route the API addresses of questions at paragraphs."""

from common.api.routing import route
from discussions import api

urlpatterns = [
    route("lessons/<uuid:uuid>/discussions", api.LessonDiscussions.as_view(), "api-lesson-discussions"),
    route("discussions/<uuid:uuid>", api.DiscussionDetail.as_view(), "api-discussion"),
    route("discussions/<uuid:uuid>/replies", api.Replies.as_view(), "api-replies"),
    route("discussions/<uuid:uuid>/me-too", api.MeToo.as_view(), "api-me-too"),
    route("discussions/<uuid:uuid>/mute", api.Mute.as_view(), "api-mute"),
    route("discussions/<uuid:uuid>/accepted", api.Accepted.as_view(), "api-accepted"),
    route("posts/<uuid:uuid>", api.PostDetail.as_view(), "api-post"),
    route("posts/<uuid:uuid>/restore", api.RestorePost.as_view(), "api-post-restore"),
    route("posts/<uuid:uuid>/report", api.ReportPost.as_view(), "api-post-report"),
]
