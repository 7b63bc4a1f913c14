"""Let people switch notifications on and off for this browser, and choose what they are about."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.own_account import devices
from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from push.models import LONGEST_ENDPOINT, Subscription
from push.transports import keys
from push.wishes import subscriptions, switches


class SubscribeForm(forms.Form):
    """What the script of the page sends: see `Subscription`."""

    endpoint = forms.CharField(max_length=LONGEST_ENDPOINT)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=50)
    server_key = forms.CharField(max_length=100)


class SwitchesForm(forms.Form):
    """A box for each kind of notifications that has a switch."""

    # A page that was opened before a kind existed must not switch it off: an unticked box is not sent.
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, user: User, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.user = user
        self.kinds = switches.switchable(user)
        self.before = switches.states(user, self.kinds)
        self.fields["shown"].initial = " ".join(kind.name for kind in self.kinds)
        for kind in self.kinds:
            self.fields[kind.name] = forms.BooleanField(
                label=str(kind.title), help_text=str(kind.description), initial=self.before[kind.name], required=False
            )

    def save(self) -> None:
        shown = self.cleaned_data["shown"].split()
        for kind in self.kinds:
            is_on = self.cleaned_data[kind.name]
            if kind.name in shown and is_on != self.before[kind.name]:
                switches.switch(self.user, kind, is_on=is_on)


@login_required
@require_safe
def device_list(request: AuthenticatedRequest) -> HttpResponse:
    device = devices.remember(request, request.user, request.session)
    found = subscriptions.list_subscriptions(request.user)
    own = next((each for each in found if each.device_id == device.pk), None)
    shown = {"subscriptions": found, "own": own, "key": keys.current_key(), "form": SwitchesForm(request.user)}
    return render(request, "push/devices.html", shown)


@login_required
@require_POST
def subscribe(request: AuthenticatedRequest) -> HttpResponse:
    """Switch notifications on for this browser. Only the script of the page calls it: a browser subscribes by script."""
    form = SubscribeForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"problem": _("The browser has sent something else than a subscription.")}, status=400)
    sent = form.cleaned_data
    given = subscriptions.Given(
        transport=Subscription.Transport.WEB,
        endpoint=sent["endpoint"],
        public_key=sent["p256dh"],
        secret=sent["auth"],
        server_key=sent["server_key"],
    )
    device = devices.remember(request, request.user, request.session)
    try:
        subscriptions.subscribe(user=request.user, device=device, given=given, now=timezone.now())
    except DomainError as refused:
        return JsonResponse({"problem": refused.message}, status=refused.status)
    return JsonResponse({}, status=201)


@login_required
@require_http_methods(["GET", "POST"])
def unsubscribe(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    # After a sign-in the browser returns with GET.
    get_object_or_404(request.user.push_subscriptions, uuid=uuid)
    if request.method == "POST":
        subscriptions.unsubscribe(user=request.user, uuid=uuid)
        messages.success(request, _("The device gets no more notifications."))
    return redirect("push:devices")


@login_required
@require_http_methods(["GET", "POST"])
def change_switches(request: AuthenticatedRequest) -> HttpResponse:
    if request.method == "POST":
        form = SwitchesForm(request.user, request.POST)
        if form.is_valid():
            form.save()
            messages.success(request, _("Your settings are saved."))
    return redirect("push:devices")
