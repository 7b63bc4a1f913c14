"""The link to confirm an e-mail address."""

from django.utils.translation import gettext_lazy

from accounts.messages.account_mails import AccountMail


class ConfirmAddress(AccountMail):
    name = "confirm-address"
    title = gettext_lazy("Confirmation of your address")
    description = gettext_lazy("An account was made with your address, or is to have it.")
    templates = "accounts/confirm_address"
    prefixes = ("account/email/email_confirmation", "account/email/email_confirmation_signup")


KIND = ConfirmAddress()
