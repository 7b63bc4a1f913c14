"""Show a person's own weekly summaries on the site."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from common.lookup import or_404
from courses.summaries import content
from mails.own import reading

PAGE = 20


@login_required
@require_safe
@never_cache
def summary_list(request: AuthenticatedRequest) -> HttpResponse:
    page = Paginator(reading.own_summaries(request.user), PAGE).get_page(request.GET.get("page"))
    return render(request, "mails/summary_list.html", {"page": page})


@login_required
@require_safe
@never_cache
def summary_detail(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    row, summary = or_404(reading.find_summary(request.user, uuid))
    return render(request, "mails/summary_detail.html", {**content.context(summary), "row": row})
