"""Show and save the account settings, and switch the language and the theme."""

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
from accounts.own_account.preferences import change_preferences, start_mails
from accounts.requests import AuthenticatedRequest
from common.messages import kinds
from common.messages.kinds import MessageKind
from common.pages.context import THEME_COOKIE, THEMES


@login_required
@require_http_methods(["GET", "POST"])
def account_settings(request: AuthenticatedRequest) -> HttpResponse:
    form = SettingsForm(request.POST or None, instance=request.user)
    shown = {"form": form, "always_sent": _always_sent(), "contact": settings.CONTACT}
    if request.method != "POST":
        return render(request, "accounts/settings.html", shown)
    if not form.is_valid():
        # Undo what the form has set on `request.user`, because nothing is saved.
        request.user.refresh_from_db()
        return render(request, "accounts/settings.html", shown, status=400)
    user = form.save()
    response = redirect("accounts:settings")
    if user.language:
        # The message is shown on a page in the new language.
        translation.activate(user.language)
        _set_language_cookie(response, user.language)
    messages.success(request, _("Your settings are saved."))
    return response


@login_required
@require_POST
def mails_start(request: AuthenticatedRequest) -> HttpResponse:
    """Send mails to the address of the account again, whose owner says that it is right. If one comes back, they stop again."""
    start_mails(request.user)
    messages.success(request, _("We send you mails again."))
    return redirect("accounts:settings")


def _always_sent() -> list[MessageKind]:
    """Return the kinds of messages that have no switch."""
    return [kind for kind in kinds.in_order() if kind.is_for_accounts and not kind.has_switch]


@require_POST
def language_set(request: HttpRequest) -> HttpResponse:
    """Switch the language of the site and redirect to the page in `next`. A signed-in user's choice is saved."""
    response = _redirect_within_site(request, request.POST.get("next", ""))
    language = request.POST.get("language", "")
    if language in Language.values:
        _set_language_cookie(response, language)
        if request.user.is_authenticated and request.user.language != language:
            change_preferences(request.user, {"language": language})
    return response


@require_POST
def theme_set(request: HttpRequest) -> HttpResponse:
    """Set the theme of this browser and redirect to the page that the form was on. Another value follows the system.

    It is not saved with the account, because somebody may want a dark phone and a light desktop.
    """
    response = _redirect_within_site(request, request.headers.get("Referer", ""))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            theme,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


def _redirect_within_site(request: HttpRequest, target: str) -> HttpResponse:
    """Redirect to `target`, or to the front page if it is an address of another site."""
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if safe else "/")


def _set_language_cookie(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
