"""Configure the app, and list imports of rosters on the page of jobs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RostersConfig(AppConfig):
    name = "rosters"
    verbose_name = _("Rosters")

    def ready(self) -> None:
        # Imported here, because they need the models, which are not loaded when this module is imported.
        from courses.overviews import jobs
        from rosters import listed_jobs

        jobs.register(listed_jobs.SOURCE)
