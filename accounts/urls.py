"""Route the pages of accounts."""

from django.urls import path
from django.views.generic import RedirectView

from accounts import views
from accounts.audit.pages import own_audit
from accounts.own_account import address_pages, pages
from accounts.personal_data.pages import personal_data
from accounts.sign_in import passkeys

passkeys.refuse_malformed_credentials()

app_name = "accounts"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="accounts:settings"), name="index"),
    # Replaces allauth's page for several e-mail addresses, because an account has only one.
    path("email/", address_pages.address_change, name="email"),
    path("email/<str:token>/", address_pages.address_confirm, name="address-confirm"),
    path("settings/", views.account_settings, name="settings"),
    path("mails/start/", views.mails_start, name="mails-start"),
    path("audit/", own_audit, name="audit"),
    path("personal-data/", personal_data, name="personal-data"),
    path("devices/", pages.device_list, name="devices"),
    path("devices/sign-out-others/", pages.devices_sign_out_others, name="devices-sign-out-others"),
    path("devices/<uuid:uuid>/name/", pages.device_name, name="device-name"),
    path("devices/<uuid:uuid>/sign-out/", pages.device_sign_out, name="device-sign-out"),
    path("handover/<str:token>/", pages.handover_landing, name="handover"),
    path("language/", views.language_set, name="language-set"),
    path("theme/", views.theme_set, name="theme-set"),
]
