"""Download a submitted file."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from common.pages.errors import error_page
from courses.roles.rules import Permission
from quizzes.attempts.models import Attempt, HandInFile


@login_required
@require_GET
def file_download(request: AuthenticatedRequest, uuid: UUID, file: UUID) -> HttpResponse | FileResponse:
    """Serve a submitted file to its student and to those who see the course as staff, always as a download."""
    attempts = Attempt.objects.filter(uuid=uuid)
    visible = attempts.for_student(request.user) | attempts.for_staff(request.user, Permission.READ)
    row = get_object_or_404(HandInFile, attempt__in=visible.values("pk"), uuid=file)
    try:
        content = row.file.open()
    except FileNotFoundError:
        detail = _("It was handed in, but the server has lost it. An administrator can look for it in a backup.")
        return error_page(request, 404, "not-found", _("This file is missing on the server."), detail)
    recording.record_rows(HandInFile, [row])
    response = FileResponse(content, as_attachment=True, filename=row.name)
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["Cache-Control"] = "private, no-store"
    return response
