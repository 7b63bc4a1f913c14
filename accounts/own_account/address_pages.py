"""Ask for another address of one's own account, and confirm it by the link in the mail."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.identity import validate_address
from accounts.own_account import address
from accounts.own_account.address import AddressLinkUnusable, AddressUnchanged, TooManyLinks
from accounts.requests import AuthenticatedRequest
from common.pages.errors import too_many_requests


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("New e-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Django's own validator knows neither length nor similar letters, and would speak first.
        self.fields["email"].validators = [validate_address]


@login_required
@reauthentication_required
@require_http_methods(["GET", "HEAD", "POST"])
def address_change(request: AuthenticatedRequest) -> HttpResponse:
    """Send a link to the new address. The answer is the same if it has an account: then that one gets a mail that says so."""
    form = AddressForm(request.POST or None)
    new = ""
    if request.method == "POST" and form.is_valid():
        try:
            new = address.ask(request, request.user, form.cleaned_data["email"])
        except AddressUnchanged as refused:
            form.add_error("email", refused.message)
        except TooManyLinks:
            return too_many_requests(request, wait=address.WAIT)
    if not new:
        return render(request, "accounts/address.html", {"form": form}, status=400 if form.is_bound else 200)
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
        address.confirm(request, request.user, token)
    except AddressLinkUnusable as refused:
        context = {"title": refused.message, "help": refused.help}
        return render(request, "accounts/handover_unusable.html", context, status=refused.status)
    messages.success(request, _("Your address is changed."))
    return redirect("accounts:settings")
