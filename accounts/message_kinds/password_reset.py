"""The link to choose a new password."""

from django.utils.translation import gettext_lazy

from accounts.messages.account_mails import AccountMail


class PasswordReset(AccountMail):
    name = "password-reset"
    title = gettext_lazy("New password")
    description = gettext_lazy("You, or somebody else, asked for a new password.")
    templates = "accounts/password_reset"
    prefixes = ("account/email/password_reset_key",)


KIND = PasswordReset()
