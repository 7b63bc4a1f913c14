from django.urls import path
from django.views.generic import RedirectView

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="accounts:settings"), name="index"),
    # In front of allauth's page, which manages several addresses: an account has one.
    path("email/", RedirectView.as_view(pattern_name="accounts:settings"), name="email"),
    path("settings/", views.account_settings, name="settings"),
    path("language/", views.language_set, name="language-set"),
]
