"""Route the API addresses of uploads in pieces."""

from common.api.routing import route
from uploads import api

urlpatterns = [
    route("attempts/<uuid:uuid>/answers/<uuid:question>/uploads", api.AnswerUploads.as_view(), "api-answer-uploads"),
    route("uploads/<uuid:uuid>", api.UploadDetail.as_view(), "api-upload-detail"),
]
