"""Show people where they are signed in, and let the link of an app sign them in."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity import validate_name
from accounts.own_account import devices, handover
from accounts.requests import AuthenticatedRequest


class NameForm(forms.Form):
    name = forms.CharField(max_length=100, required=False, validators=[validate_name])


@login_required
@require_safe
def device_list(request: AuthenticatedRequest) -> HttpResponse:
    found = devices.list_devices(request, request.user, request.session)
    return render(request, "accounts/devices.html", {"devices": found})


@login_required
@require_http_methods(["GET", "POST"])
def device_name(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    # After a sign-in the browser returns with GET.
    if request.method == "POST":
        form = NameForm(request.POST)
        if form.is_valid():
            devices.name_device(user=request.user, uuid=uuid, name=form.cleaned_data["name"])
            messages.success(request, _("Saved."))
        else:
            messages.error(request, " ".join(str(error) for error in form.errors["name"]))
    return redirect("accounts:devices")


@login_required
@require_http_methods(["GET", "POST"])
def device_sign_out(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    if request.method == "POST":
        devices.sign_out(user=request.user, uuid=uuid, session=request.session)
        messages.success(request, _("The device is signed out."))
    return redirect("accounts:devices")


@login_required
@require_http_methods(["GET", "POST"])
def devices_sign_out_others(request: AuthenticatedRequest) -> HttpResponse:
    if request.method == "POST":
        number = devices.sign_out_others(user=request.user, session=request.session)
        said = ngettext("%(number)d device is signed out.", "%(number)d devices are signed out.", number)
        messages.success(request, said % {"number": number})
    return redirect("accounts:devices")


@require_http_methods(["GET", "HEAD", "POST"])
def handover_landing(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whoever opens a link of an app whether to sign in here, and sign them in when they say so.

    Opening it must change nothing: programs that look ahead open links, too. Who is signed in already goes on at once.
    """
    try:
        if request.method == "POST":
            return _without_traces(redirect(handover.use_link(request, token, timezone.now())))
        link = handover.find_link(token, timezone.now())
    except handover.LinkUnusable as refused:
        context = {"title": refused.message, "help": refused.help}
        return _without_traces(render(request, "accounts/handover_unusable.html", context, status=refused.status))
    if request.user == link.user:
        return _without_traces(redirect(link.path))
    return _without_traces(render(request, "accounts/handover.html", {"person": link.user}))


def _without_traces(response: HttpResponse) -> HttpResponse:
    """Tell the browser to name the link's address to nobody and to store nothing."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response
