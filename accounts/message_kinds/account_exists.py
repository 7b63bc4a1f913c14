"""To somebody who signs up with an address that has an account."""

from django.utils.translation import gettext_lazy

from accounts.messages.account_mails import AccountMail


class AccountExists(AccountMail):
    name = "account-exists"
    title = gettext_lazy("Sign-up with your address")
    description = gettext_lazy("Somebody wanted to make an account with your address.")
    templates = "accounts/account_exists"
    prefixes = ("account/email/account_already_exists",)


KIND = AccountExists()
