"""To students: they are in a course, and how they get in. Sent when a roster is imported with invitations, or from its page."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Message, User
from common.messages import concerns
from common.messages.kinds import Entry, MessageKind
from courses.enrolment import INVITATION_KIND, Invitation
from courses.models import Enrolment, SummaryDelivery


class CourseInvitation(MessageKind):
    name = INVITATION_KIND
    title = gettext_lazy("Invitations to courses")
    description = gettext_lazy("An instructor has enrolled you in a course.")
    templates = "courses/course_invitation"
    # Without it nobody gets into an account that a roster has made.
    is_essential = True
    # An import that is undone at once sends nothing, and two courses on one day are one mail.
    bundled_within = timedelta(minutes=2)

    def reference(self, about: Invitation) -> str:
        return about.reference

    def recipients(self, about: Invitation) -> Iterable[int]:
        return [about.enrolment.user_id]

    def of_course(self, course_id: int) -> Q:
        return concerns.by_first_id(Enrolment.objects.filter(course=course_id), "-")

    def entries(self, user: User, references: Sequence[str]) -> dict[str, Entry]:
        ids = {reference: int(reference.partition("-")[0]) for reference in references}
        found = {
            row.pk: row
            for row in Enrolment.objects.for_student(user).filter(pk__in=ids.values()).select_related("course")
        }
        password_path = "" if user.has_usable_password() else _password_path(user)
        return {reference: _entry(found[pk], password_path) for reference, pk in ids.items() if pk in found}

    def goes_after_bounce(self, user: User) -> bool:
        """Who has no password gets in by this mail only, so it is attempted; not if they complained about our mails."""
        return not user.has_usable_password() and not _has_complained(user)


def _has_complained(user: User) -> bool:
    return any(
        table.objects.filter(user=user, status="bounced", error__startswith="complaint").exists()
        for table in (Message, SummaryDelivery)
    )


def _entry(enrolment: Enrolment, password_path: str) -> Entry:
    return Entry(
        text=_("You are enrolled in “%(course)s”.") % {"course": enrolment.course},
        path=enrolment.course.get_absolute_url(),
        data={"course": str(enrolment.course), "password_path": password_path},
    )


def _password_path(user: User) -> str:
    """Return the page on which somebody without a password chooses one. The link works once, for three days."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})


KIND = CourseInvitation()
