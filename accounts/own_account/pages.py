"""Show people where they are signed in."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity import validate_name
from accounts.own_account import devices
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
