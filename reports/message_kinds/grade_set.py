"""To a student: a person has set a grade, or lets the attempts count again."""

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.messages import concerns
from common.messages.kinds import Entry, MessageKind
from courses.gradebook import lock_is_held, percent_of
from courses.models import Enrolment, GradeChange
from reports.one_student.by_hand import SET_KIND


class GradeSet(MessageKind):
    name = SET_KIND
    title = gettext_lazy("Grades that your instructor has set")
    description = gettext_lazy("Your instructor has set a grade of yours by hand, with a reason.")
    templates = "reports/grade_set"
    # As with every changed grade: whoever planned with it must learn that it is another one.
    is_essential = True
    is_hidden_on_screens = True

    def recipients(self, about: GradeChange) -> Iterable[int]:
        is_active = about.enrolment.status == Enrolment.Status.ACTIVE
        is_told = is_active and not lock_is_held(about.item.activity_id)
        return [about.enrolment.user_id] if is_told else []

    def of_course(self, course_id: int) -> Q:
        return concerns.by_id(GradeChange.objects.filter(enrolment__course=course_id))

    def entries(self, user: User, references: Sequence[str]) -> dict[str, Entry]:
        found = (
            GradeChange.objects.released()
            .filter(pk__in=references, enrolment__user=user, enrolment__status=Enrolment.Status.ACTIVE)
            .select_related("enrolment__course", "item__activity__course")
        )
        return {str(change.pk): _entry(change) for change in found}


def _entry(change: GradeChange) -> Entry:
    title = str(change.item.activity)
    if change.max_points:
        text = _("“%(title)s”: your instructor has set your grade to %(percent)d%%.") % {
            "title": title,
            "percent": percent_of(change.points, change.max_points),
        }
    else:
        text = _("“%(title)s”: your grade is computed from your attempts again.") % {"title": title}
    return Entry(
        text=text,
        path=change.item.activity.get_absolute_url(),
        data={"title": title, "course": str(change.enrolment.course), "text": text, "quoted": change.note},
    )


KIND = GradeSet()
