"""Find the students whose grade would drop if the grading rules of a quiz changed."""

from collections.abc import Sequence

from django.utils.translation import ngettext

from accounts.models import User
from courses import gradebook
from courses.models import Enrolment, GradeItem

# The largest number of students that a message names. " …" stands for the others.
NAMES_SHOWN = 10


def explain_grade_losses(activity_id: int, *, grading_method: str, pass_mark: int) -> str:
    """Return a message that names the students whose grade these rules would lower; "" if there are none."""
    item = GradeItem.objects.filter(activity=activity_id).first()
    if item is None or (item.grading_method, item.pass_mark) == (grading_method, pass_mark):
        return ""
    losing = gradebook.find_losing_enrolments(item, GradeItem(grading_method=grading_method, pass_mark=pass_mark))
    if not losing:
        return ""
    students = Enrolment.objects.filter(pk__in=losing).select_related("user").order_by("user__name__by_code_point")
    who = join_names([student.user for student in students])
    return ngettext(
        "With these rules %(n)d student would get a lower grade or no longer pass, without having been warned: "
        "%(who)s. Keep the pass mark and which attempt counts.",
        "With these rules %(n)d students would get a lower grade or no longer pass, without having been warned: "
        "%(who)s. Keep the pass mark and which attempt counts.",
        len(losing),
    ) % {"n": len(losing), "who": who}


def join_names(people: Sequence[User | str]) -> str:
    """Return the first NAMES_SHOWN names joined by commas, with " …" if there are more."""
    return ", ".join(map(str, people[:NAMES_SHOWN])) + (" …" if len(people) > NAMES_SHOWN else "")
