"""To those who may write a course: a planned publication was not carried out."""

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from common.messages.kinds import Entry, MessageKind
from courses.models import CourseRole
from courses.roles import rules
from courses.roles.rules import Permission
from workspace.models import PublicationSchedule


class PublicationFailed(MessageKind):
    name = "publication-failed"
    title = gettext_lazy("Failed publications")
    description = gettext_lazy("A publication that was planned for a course of yours could not be carried out.")
    templates = "workspace/publication_failed"
    # Whoever counts on a publication must learn that it did not happen. My account does not list it: only instructors get it.
    is_essential = True
    is_for_accounts = False

    def reference(self, about: PublicationSchedule) -> str:
        """The plan and its moment: the same plan may fail again at another one."""
        return f"{about.pk}-{int(about.at.timestamp()) if about.at else 0}"

    def recipients(self, about: PublicationSchedule) -> Iterable[int]:
        return about.course.roles.filter(role=CourseRole.Role.INSTRUCTOR).values_list("user", flat=True)

    def entries(self, user: User, references: Sequence[str]) -> dict[str, Entry]:
        plans = {reference: int(reference.partition("-")[0]) for reference in references}
        failed = {
            plan.pk: plan
            for plan in PublicationSchedule.objects.filter(pk__in=plans.values(), at=None)
            .filter(course__in=rules.courses_where(user, Permission.EDIT))
            .select_related("course")
        }
        return {reference: _entry(failed[pk]) for reference, pk in plans.items() if pk in failed}


def _entry(plan: PublicationSchedule) -> Entry:
    # How many, not which: the page says them.
    count = len(plan.reason.splitlines())
    text = ngettext(
        "“%(course)s” was not published as planned: %(n)d thing has to be corrected first.",
        "“%(course)s” was not published as planned: %(n)d things have to be corrected first.",
        count,
    )
    return Entry(
        text=text % {"course": plan.course, "n": count},
        path=reverse("workspace:publish", args=[plan.course.slug]),
        data={"course": str(plan.course)},
    )


KIND = PublicationFailed()
