"""Pages: my account, and the switch of the language."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import SettingsForm
from accounts.models import Language
from accounts.requests import AuthenticatedRequest


@login_required
@require_http_methods(["GET", "POST"])
def account_settings(request: AuthenticatedRequest) -> HttpResponse:
    form = SettingsForm(request.POST or None, instance=request.user)
    if request.method != "POST":
        return render(request, "accounts/settings.html", {"form": form})
    if not form.is_valid():
        request.user.refresh_from_db()
        return render(request, "accounts/settings.html", {"form": form}, status=400)
    user = form.save()
    response = redirect("accounts:settings")
    if user.language:
        # The note stands on a page that is written in the language just chosen.
        translation.activate(user.language)
        _keep_language(response, user.language)
    messages.success(request, _("Your settings are saved."))
    return response


@require_POST
def language_set(request: HttpRequest) -> HttpResponse:
    """Answer in another language from now on, and stay at the same place."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(target if safe else "/")
    language = request.POST.get("language", "")
    if language in Language.values:
        _keep_language(response, language)
        if request.user.is_authenticated and request.user.language != language:
            request.user.language = language
            request.user.save(update_fields=["language"])
    return response


def _keep_language(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
