"""Register accounts in the admin. Only administrators can see them."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.audit.models import AuditEvent
from accounts.audit.pages import audit_log
from accounts.identity import normalise_address, validate_address
from accounts.messages.admin import MessageAdmin
from accounts.models import User
from accounts.people.changelists import PeopleSearch
from common.admin.classes import ReadOnlyAdmin

__all__ = ["MessageAdmin", "UserAdmin"]

# allauth's class shows and changes the secrets of authenticators.
admin.site.unregister(Authenticator)
# A person's role is stored in `is_staff` and `is_superuser`. Groups are not used.
admin.site.unregister(Group)


class _NormalAddress:
    """Checks the address, and makes the form look for another account with it as it will be stored."""

    cleaned_data: dict[str, Any]
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "email" in self.fields:
            # Django's own validator knows neither length nor similar letters, and would speak first.
            self.fields["email"].validators = [validate_address]

    def clean_email(self) -> str:
        return normalise_address(self.cleaned_data["email"])


class ChangeForm(_NormalAddress, UserChangeForm):
    pass


class CreationForm(_NormalAddress, UserCreationForm):
    pass


@admin.register(User)
class UserAdmin(PeopleSearch, BaseUserAdmin, ModelAdmin):  # type: ignore[type-arg]
    form = ChangeForm
    add_form = CreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_superuser", "is_active", "date_joined")
    list_filter = ("is_staff", "is_superuser", "is_active")
    search_fields = ("email", "name")
    filter_horizontal = ()
    readonly_fields = ("uuid", "date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (
            _("Preferences"),
            {"fields": ("language", "time_zone", "wants_weekly_summary", "summary_day", "summary_time", "weekly_goal")},
        ),
        (_("Role"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("uuid", "date_joined", "last_login")}),
    )
    actions_detail: ClassVar[list[str]] = ["audit"]
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),)

    @action(description=_("Who has seen or changed these data"), url_path="go-audit")
    def audit(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect(f"{reverse('admin:accounts_auditevent_changelist')}?person={object_id}")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        # allauth has its own table of addresses. Without this it would accept the old address for sign-in and password reset.
        EmailAddress.objects.filter(user=obj).exclude(email=obj.email).delete()


@admin.register(Authenticator)
class AuthenticatorAdmin(PeopleSearch, ReadOnlyAdmin):
    """The ways to sign in that people have set up. Somebody who has lost a device asks for its row to be deleted."""

    people_path = "user"
    list_display = ("user", "kind", "added", "used")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    fields = ("user", "kind", "added", "used")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        page: HttpResponse = super().changelist_view(
            request, {**(extra_context or {}), "title": _("Passkeys and second steps")}
        )
        return page

    @display(description=_("kind"), ordering="type")
    def kind(self, row: Authenticator) -> str:
        names = {
            Authenticator.Type.TOTP: _("authenticator app"),
            Authenticator.Type.WEBAUTHN: _("passkey"),
            Authenticator.Type.RECOVERY_CODES: _("recovery codes"),
        }
        return str(names.get(Authenticator.Type(row.type), row.type))

    @display(description=_("added"), ordering="created_at")
    def added(self, row: Authenticator) -> Any:
        return row.created_at

    @display(description=_("last used"), ordering="last_used_at")
    def used(self, row: Authenticator) -> Any:
        return row.last_used_at


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """The audit log. Its list is a page of its own, because a list of Django counts all rows, and there may be millions."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return audit_log(request, self)
