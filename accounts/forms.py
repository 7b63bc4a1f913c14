"""Define the forms of sign-up and account settings."""

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from django import forms
from django.conf import settings
from django.core.validators import ProhibitNullCharactersValidator
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.extensions import is_known_code, redeem_code
from accounts.identity import validate_address, validate_name
from accounts.messages import switches
from accounts.models import Language, User
from accounts.own_account.preferences import FIELDS, change_preferences
from accounts.sign_in.limits import SIGNUP_CODES, client_address
from common.limits import TooManyCodes, count_code
from common.messages.kinds import MessageKind
from common.pages.errors import too_many_requests


class SignupForm(forms.Form):
    """Adds a name and an enrolment code to allauth's sign-up form, on the page and in the API.

    The code is required if BAEUM_SIGNUP is `code`. Otherwise the form does not have this field.
    """

    name = forms.CharField(
        label=gettext_lazy("Name (optional)"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        validators=[validate_name],
    )
    code = forms.CharField(
        label=gettext_lazy("Enrolment code"),
        max_length=50,
        help_text=gettext_lazy("Your instructor has told you the code."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        validators=[ProhibitNullCharactersValidator()],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "email" in self.fields:
            # allauth adds the field. Its own validator knows neither length nor similar letters, and would speak first.
            self.fields["email"].validators = [validate_address]
        if settings.SIGNUP != "code":
            del self.fields["code"]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        is_known = is_known_code(code)
        request: HttpRequest = allauth_context.request
        try:
            count_code(is_known, [(SIGNUP_CODES, client_address(request))])
        except TooManyCodes as refused:
            title = _("Too many wrong codes")
            raise ImmediateHttpResponse(too_many_requests(request, wait=refused.wait, title=title)) from refused
        if not is_known:
            raise forms.ValidationError(_("No course has this enrolment code."), code="wrong-enrolment-code")
        return code

    def signup(self, request: HttpRequest, user: User) -> None:
        """Set name and language of the account that allauth has just created, and redeem the enrolment code."""
        user.name = self.cleaned_data.get("name", "")
        language = (get_language() or "").split("-")[0]
        user.language = language if language in Language.values else ""
        user.save(update_fields=["name", "language"])
        if code := self.cleaned_data.get("code"):
            redeem_code(user, code)


@cache
def time_zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the time zones to select from, by region: [(region, [(IANA name, city)])]."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        region, _slash, city = name.partition("/")
        if city and region not in ("Etc", "SystemV", "posix", "right"):
            regions.setdefault(region, []).append((name, city.replace("_", " ")))
    return [*regions.items(), ("UTC", [("UTC", "UTC")])]


class LanguageSelect(forms.Select):
    """A select that sets the `lang` attribute of each option, because each language's name is in that language."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value:
            option["attrs"]["lang"] = value
        return option


def _field_of(kind: MessageKind) -> str:
    """Return the name of the form field of a switch that is no column of the account."""
    return f"mail-{kind.name}"


@dataclass(frozen=True, slots=True)
class Part:
    """Some fields of a form below a heading of their own. It is shown as a form without hidden fields is."""

    name: str
    title: str
    visible_fields: Sequence[forms.BoundField]
    hidden_fields: Sequence[forms.BoundField] = ()
    non_field_errors: Sequence[str] = ()


# What a page from before there was a choice does not send.
CHOSEN_LATER = ("summary_day", "summary_time", "weekly_goal")


class SettingsForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(
            label=self.fields["language"].label,
            choices=[("", _("The language of the browser")), *Language.choices],
            required=False,
            widget=LanguageSelect,
        )
        zones: list[Any] = list(time_zones())
        stored = self.instance.time_zone
        if not any(stored == name for _region, names in zones for name, _city in names):
            zones.insert(0, (stored, stored))
        self.fields["time_zone"] = forms.ChoiceField(label=self.fields["time_zone"].label, choices=zones)
        # The names of time zones are English in every language.
        self.fields["time_zone"].widget.attrs["lang"] = "en"
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        # The account keeps what it has.
        for name in CHOSEN_LATER:
            self.fields[name].required = False
        self.fields["weekly_goal"].help_text = _(
            "Steps in a week: lessons that you have done, and questions that you have answered in quizzes and the daily review."
        )
        self.fields["summary_time"].help_text = _("In your time zone. No mail comes from 21:00 to 8:00.")
        self.switches = switches.switchable(self.instance)
        self.before = switches.states(self.instance, self.switches)
        # A page that was opened before a kind existed must not switch it off: an unticked box is not sent.
        self.fields["shown_switches"] = forms.CharField(
            initial=" ".join(kind.name for kind in self.switches), required=False, widget=forms.HiddenInput
        )
        for kind in self.switches:
            if not kind.switch_column:
                self.fields[_field_of(kind)] = forms.BooleanField(
                    label=_("%(kind)s by e-mail") % {"kind": kind.title}, initial=self.before[kind.name], required=False
                )
            self.fields[kind.switch_column or _field_of(kind)].help_text = str(kind.description)

    @property
    def parts(self) -> list["Part"]:
        """Return the visible fields in groups."""
        mails = ("wants_weekly_summary", "summary_day", "summary_time")
        fields = self.visible_fields()
        rest = [field for field in fields if field.name not in mails and not field.name.startswith("mail-")]
        sent = [field for field in fields if field not in rest]
        return [
            Part("you", _("About you"), [field for field in rest if field.name != "weekly_goal"]),
            Part("goal", _("Your goal"), [field for field in rest if field.name == "weekly_goal"]),
            Part("mails", _("Mails to you"), sent),
        ]

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        user = self.instance
        changes = {name: self.cleaned_data[name] for name in FIELDS}
        sent = {name: value for name, value in changes.items() if name not in CHOSEN_LATER or value not in (None, "")}
        change_preferences(user, sent)
        shown = self.cleaned_data["shown_switches"].split()
        for kind in self.switches:
            if kind.name in shown and not kind.switch_column:
                is_on = self.cleaned_data[_field_of(kind)]
                if is_on != self.before[kind.name]:
                    switches.switch(user, kind, is_on=is_on)
        return user
