"""Show what the numbers of the staff's first page mean."""

from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from courses.overviews import definitions
from workspace.pages.base import staff_page


@staff_page
@require_safe
def definition_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the definitions, each with an anchor."""
    context = {**admin.site.each_context(request), "title": _("What the numbers mean")}
    return render(request, "overview/definitions.html", {**context, "definitions": definitions.get_definitions()})
