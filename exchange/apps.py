"""Configure the app, and list its imports on the page of jobs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from exchange import refusals  # noqa: F401 (the list of problems names what is imported)


class ExchangeConfig(AppConfig):
    name = "exchange"
    verbose_name = _("Question exchange")

    def ready(self) -> None:
        # Imported here, because these modules import the models, and Django imports this module before it loads models.
        from courses.overviews import jobs
        from exchange.imports import listed_jobs

        jobs.register(listed_jobs.SOURCE)
