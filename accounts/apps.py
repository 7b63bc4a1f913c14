"""Configure the accounts app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from accounts.sign_in.lazy import load_when_used


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        # With the cryptography that it imports, allauth's module for passkeys takes 10 MB. Many processes never need it.
        load_when_used("allauth.mfa.webauthn.internal.auth")
        # Imported here, because they need the models.
        from accounts.audit import changes, triggers
        from accounts.models import User

        post_migrate.connect(triggers.install_after_migrate, sender=self)
        changes.watch(User, ignored="last_login")
