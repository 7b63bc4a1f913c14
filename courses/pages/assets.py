"""Send the files of a course: pictures that its texts show, and downloads."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET
from rest_framework.request import Request

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api import conditional
from common.api.conditional import NotModified
from common.files import ranges
from common.markup import pictures
from common.pages.headers import FOR_GOOD
from courses import access
from courses.lessons.rendering import asset_version
from courses.models import CourseAsset
from courses.pages import front

# Everything else is sent as bytes without a type. No type here is one that a browser would run, and none but pictures is shown.
_DOWNLOADS = {
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ipynb": "application/x-ipynb+json",
    "json": "application/json",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "svg": "image/svg+xml",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


@require_GET
def asset(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Send a file to the students of the course. What a public first lesson shows is public, too.

    An app opens the addresses in a lesson with its token. It is answered as by the API, and never with a page to sign in.
    """
    if "HTTP_X_SESSION_TOKEN" in request.META:
        response: HttpResponse = _asset_for_app(request, slug=slug, name=name)
    else:
        try:
            response = _asset_for_browser(request, slug, name)
        except ranges.RangeNotSatisfiable as refused:
            response = ranges.refuse(request, refused)
    patch_vary_headers(response, ["X-Session-Token"])
    return response


def _asset_for_browser(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    if request.user.is_authenticated:
        return _asset(request, access.enrolment_or_404(request.user, slug).course_id, name)
    course = front.find_presented(slug)
    if course is None or not front.shows_asset(course, name):
        return redirect_to_login(request.get_full_path())
    return _asset(request, course.course.pk, name)


class AssetForApp(AuthenticatedAPIView):
    def get(self, request: AuthenticatedRequest, slug: str, name: str) -> HttpResponse:
        response = _asset(request, access.enrolment_or_404(request.user, slug).course_id, name)
        self.etag = response.headers["ETag"]
        if conditional.has_current(request, self.etag):
            raise NotModified
        return response


_asset_for_app = AssetForApp.as_view()


def _asset(request: HttpRequest | Request, course_id: int, name: str) -> HttpResponse:
    """Return the answer with a file, or with the part of it that is asked for. Raises RangeNotSatisfiable."""
    file = get_object_or_404(CourseAsset, course=course_id, name=name)
    content = bytes(file.content)
    response = asset_response(name, content, version=request.GET.get("v", ""))
    ranges.cut(request, response, tag=f'"{asset_version(content)}"')
    return response


def asset_response(name: str, content: bytes, *, version: str = "") -> HttpResponse:
    """Return the answer with a file. The caller has checked who asks.

    A PNG, JPEG or WebP whose bytes are one is shown; every other file is a download, because an SVG can contain a script. A
    browser may keep a picture for a year if its address has the picture's `version`. It stays private to one person.
    """
    header = pictures.read_header(content)
    is_picture = header is not None and header.kind == pictures.kind_of_name(name)
    if header is not None and is_picture:
        response = HttpResponse(content, content_type=pictures.CONTENT_TYPES[header.kind])
        if version and version == asset_version(content):
            response.headers["Cache-Control"] = FOR_GOOD
    else:
        kind = _DOWNLOADS.get(name.rpartition(".")[2].lower(), "application/octet-stream")
        response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = content_disposition_header(not is_picture, name) or ""
    return response
