"""Show which personal data the site stores. Public: people read it before they make an account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.personal_data.overview import get_rules, get_sections


@require_safe
def personal_data(request: HttpRequest) -> HttpResponse:
    sections = [(section, get_rules(section.policy)) for section in get_sections()]
    return render(request, "accounts/personal_data.html", {"sections": sections})
