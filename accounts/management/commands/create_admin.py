"""Create an administrator, or make somebody one, and print a link for choosing a password."""

from argparse import ArgumentParser
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from common.mail.sending import absolute


class Command(BaseCommand):
    help = "Create an administrator and print a link for choosing the password. The address counts as confirmed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="the person's name")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is not an e-mail address.") from error
        with transaction.atomic():
            user = User.objects.filter(email__iexact=email).first()
            is_new = user is None
            if user is None:
                user = User.objects.create_user(email, None, name=name)
            user.is_staff = user.is_superuser = user.is_active = True
            user.save(update_fields=["is_staff", "is_superuser", "is_active"])
            EmailAddress.objects.update_or_create(
                user=user, email=user.email, defaults={"verified": True, "primary": True}
            )
        self.stdout.write(f"{user.email} {'was created as' if is_new else 'is now'} an administrator.")
        if is_new or not user.has_usable_password():
            key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
            link = absolute(reverse("account_reset_password_from_key", kwargs=key))
            self.stdout.write(f"Choose a password here (the link works once): {link}")
