"""Something about an account has changed: the password, or the second step of the sign-in."""

from django.utils.translation import gettext_lazy

from accounts.messages.account_mails import AccountMail


class AccountChanged(AccountMail):
    name = "account-changed"
    title = gettext_lazy("Changes of your account")
    description = gettext_lazy("Your password, your address or your second step of the sign-in has changed.")
    templates = "accounts/account_changed"


KIND = AccountChanged()
