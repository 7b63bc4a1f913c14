"""Send the files of a course: pictures that its texts show, and downloads."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from common.markup import pictures
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
_YEAR = 60 * 60 * 24 * 365


@require_GET
def asset(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Send a file to the students of the course. What a public first lesson shows is public, too."""
    if request.user.is_authenticated:
        course_id = access.enrolment_or_404(request.user, slug).course_id
    else:
        course = front.find_presented(slug)
        if course is None or not front.shows_asset(course, name):
            return redirect_to_login(request.get_full_path())
        course_id = course.course.pk
    file = get_object_or_404(CourseAsset, course=course_id, name=name)
    return asset_response(name, bytes(file.content), version=request.GET.get("v", ""))


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
            response.headers["Cache-Control"] = f"private, max-age={_YEAR}, immutable"
    else:
        kind = _DOWNLOADS.get(name.rpartition(".")[2].lower(), "application/octet-stream")
        response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = content_disposition_header(not is_picture, name) or ""
    return response
