"""Download a submitted file, by page and API."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from rest_framework.request import Request

from accounts.audit import recording
from accounts.models import User
from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from common.files import ranges
from common.pages.errors import error_page
from courses.roles.rules import Permission
from quizzes.attempts.models import Attempt, HandInFile


class FileLost(DomainError):
    slug = "file-lost"
    status = 404
    help = gettext_lazy(
        "The file was handed in, but the server has lost it. An administrator can look for it in a backup."
    )


@login_required
@require_GET
def file_download(request: AuthenticatedRequest, uuid: UUID, file: UUID) -> HttpResponse | FileResponse:
    try:
        return open_download(request, user=request.user, attempt=uuid, file=file)
    except FileLost as lost:
        return error_page(request, 404, "not-found", lost.message, str(lost.help))
    except ranges.RangeNotSatisfiable as refused:
        return ranges.refuse(request, refused)


def open_download(request: HttpRequest | Request, *, user: User, attempt: UUID, file: UUID) -> FileResponse:
    """Return a submitted file for its student and for those who see the course as staff, always as a download.

    If `request` asks for a part of it, that part. Raises Http404 for others, FileLost and RangeNotSatisfiable.
    """
    attempts = Attempt.objects.filter(uuid=attempt)
    visible = attempts.for_student(user) | attempts.for_staff(user, Permission.READ)
    row = get_object_or_404(HandInFile, attempt__in=visible.values("pk"), uuid=file)
    tag = f'"{row.sha256}"'
    part = ranges.find_range(request, size=row.size, tag=tag)
    try:
        content = row.file.open()
    except FileNotFoundError as error:
        raise FileLost(_("This file is missing on the server.")) from error
    recording.record_rows(HandInFile, [row])
    response = ranges.send_file(content, part, size=row.size, tag=tag, as_attachment=True, filename=row.name)
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["Cache-Control"] = "private, no-store"
    return response
