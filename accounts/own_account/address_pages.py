"""Ask for another address of one's own account, and confirm it by the link in the mail."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.identity import normalise_address, validate_address
from accounts.own_account import address
from accounts.own_account.address import AddressLinkUnusable
from accounts.requests import AuthenticatedRequest
from common.mail import sending
from common.pages.errors import too_many_requests

# After so many seconds at the latest, allauth takes the next one.
_WAIT = 60


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("New e-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def __init__(self, *args: Any, now: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        # Django's own validator knows neither length nor similar letters, and would speak first.
        self.fields["email"].validators = [validate_address]

    def clean_email(self) -> str:
        found = normalise_address(self.cleaned_data["email"])
        if found == self.now:
            raise ValidationError(_("This is your address already."), code="same")
        return found


@login_required
@reauthentication_required
@require_http_methods(["GET", "HEAD", "POST"])
def address_change(request: AuthenticatedRequest) -> HttpResponse:
    """Send a link to the new address. The answer is the same if it has an account: then that one gets a mail that says so."""
    form = AddressForm(request.POST or None, now=request.user.email)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/address.html", {"form": form}, status=400 if form.is_bound else 200)
    if not ratelimit.consume(request, action="manage_email", user=request.user):
        return too_many_requests(request, wait=_WAIT)
    new = form.cleaned_data["email"]
    adapter = get_adapter(request)
    if address.is_taken(request.user, new):
        reset = sending.absolute(reverse("account_reset_password"))
        adapter.send_mail("account/email/account_already_exists", new, {"password_reset_url": reset})
    else:
        link = address.make_link(request.user, new)
        adapter.send_mail("account/email/email_confirmation", new, {"user": request.user, "activate_url": link})
    messages.success(request, _("We have sent a link to %(email)s. Open it to change the address.") % {"email": new})
    return redirect("accounts:settings")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address_confirm(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """Ask whether the address shall be changed, and change it. Opening the link changes nothing: mail scanners open it, too."""
    try:
        if request.method != "POST":
            new = address.read_link(request.user, token)
            return render(request, "accounts/address_confirm.html", {"new": new})
        former = address.change_address(user=request.user, token=token)
    except AddressLinkUnusable as refused:
        context = {"title": refused.message, "help": refused.help}
        return render(request, "accounts/handover_unusable.html", context, status=refused.status)
    request.user.refresh_from_db()
    changed = {"from_email": former, "to_email": request.user.email}
    get_adapter(request).send_notification_mail("account/email/email_changed", request.user, changed, email=former)
    messages.success(request, _("Your address is changed."))
    return redirect("accounts:settings")
