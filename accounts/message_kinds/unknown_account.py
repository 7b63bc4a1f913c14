"""To an address without an account for which a new password was asked."""

from django.utils.translation import gettext_lazy

from accounts.messages.account_mails import AccountMail


class UnknownAccount(AccountMail):
    name = "unknown-account"
    title = gettext_lazy("Address without an account")
    description = gettext_lazy("Somebody asked for a new password for an address without an account.")
    templates = "accounts/unknown_account"
    is_for_accounts = False
    prefixes = ("account/email/unknown_account",)


KIND = UnknownAccount()
