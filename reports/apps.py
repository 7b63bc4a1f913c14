"""Configure the app: say on the staff's first page who is stuck, and read grades set by hand with the gradings of an attempt."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        # Imported here, because these modules import the models, and Django imports this module before it loads models.
        from common.database.json_rows import json_rows
        from courses.models import BY_HAND, GradeChange
        from courses.overviews import answers, jobs
        from courses.overviews.answers import Question
        from quizzes.grading import history
        from reports import listed_jobs
        from reports.home import answer_stuck

        answers.register(Question.STUCK, answer_stuck)
        jobs.register(listed_jobs.SOURCE)
        by_hand = GradeChange.objects.filter(source_number=BY_HAND)
        same = {"enrolment": "attempt__enrolment", "item__activity": "attempt__quiz__activity"}
        history.ADDED["by_hand"] = json_rows(by_hand, same, "revision", "points", "max_points", "reason", "note", "at")
