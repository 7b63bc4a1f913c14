"""Configure the courses app: watch its tables for changes, and accept enrolment codes at sign-up."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("Courses")

    def ready(self) -> None:
        # Imported here, because these modules import the models, and Django imports this module before it loads models.
        from accounts.audit import changes
        from accounts.extensions import SignupCodes, register_signup_codes
        from courses.enrolment import enrol_by_code, is_code
        from courses.models import CourseRole, Enrolment
        from courses.outline import revisions
        from courses.overviews import answers
        from courses.summaries import coming

        revisions.watch_courses()
        # What the site itself changes, at each visit and with each progress, is no change by a person.
        changes.watch(CourseRole)
        changes.watch(Enrolment, ignored="last_activity last_seen_at progress_percent")
        answers.register(answers.Question.WEEK, coming.answer_week)
        register_signup_codes(SignupCodes(is_known=is_code, redeem=enrol_by_code))
