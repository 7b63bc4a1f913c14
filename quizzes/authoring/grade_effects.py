"""Say whose grade would drop by other rules of a quiz."""

from collections.abc import Sequence

from django.utils.translation import ngettext

from accounts.models import User
from courses import gradebook
from courses.models import Enrolment, GradeItem

# Students named in a message; more are counted.
NAMES_SHOWN = 10


def explain_grade_losses(activity_id: int, *, grading_method: str, pass_mark: int) -> str:
    """Nobody's grade falls by a click, nor by a file: who would lose by these rules, as a sentence; "" for nobody."""
    item = GradeItem.objects.filter(activity=activity_id).first()
    if item is None or (item.grading_method, item.pass_mark) == (grading_method, pass_mark):
        return ""
    losing = gradebook.find_losing_enrolments(item, GradeItem(grading_method=grading_method, pass_mark=pass_mark))
    if not losing:
        return ""
    students = Enrolment.objects.filter(pk__in=losing).select_related("user").order_by("user__name")
    who = join_names([student.user for student in students])
    return ngettext(
        "By these rules %(n)d student would stand lower or no longer have passed, without having been told before: "
        "%(who)s. Keep the pass mark and which attempt counts.",
        "By these rules %(n)d students would stand lower or no longer have passed, without having been told before: "
        "%(who)s. Keep the pass mark and which attempt counts.",
        len(losing),
    ) % {"n": len(losing), "who": who}


def join_names(people: Sequence[User | str]) -> str:
    """The first of them, for a sentence."""
    return ", ".join(map(str, people[:NAMES_SHOWN])) + (" …" if len(people) > NAMES_SHOWN else "")
