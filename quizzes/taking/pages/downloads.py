"""Download a submitted file."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.requests import AuthenticatedRequest
from common.pages.errors import error_page
from quizzes.attempts.models import Attempt, HandInFile


@login_required
@require_GET
def file_download(request: AuthenticatedRequest, uuid: UUID, file: UUID) -> HttpResponse | FileResponse:
    """Serve a submitted file to its student and the course's instructors, always as a download."""
    visible = HandInFile.objects.filter(attempt__uuid=uuid)
    if not request.user.is_superuser:
        allowed = Q(attempt__in=Attempt.objects.for_student(request.user))
        if request.user.is_staff:
            allowed |= Q(attempt__enrolment__course__instructors=request.user)
        visible = visible.filter(allowed).distinct()
    row = get_object_or_404(visible, uuid=file)
    try:
        content = row.file.open()
    except FileNotFoundError:
        detail = _("It was handed in, but the server has lost it. An administrator can look for it in a backup.")
        return error_page(request, 404, "not-found", _("This file is missing on the server."), detail)
    response = FileResponse(content, as_attachment=True, filename=row.name)
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["Cache-Control"] = "private, no-store"
    return response
