"""Configure the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from exchange import refusals  # noqa: F401 (the list of problems names what is imported)


class ExchangeConfig(AppConfig):
    name = "exchange"
    verbose_name = _("Question exchange")
