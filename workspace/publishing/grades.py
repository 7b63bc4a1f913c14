"""Find whose grade a publication changes: a new grading method counts the same attempts differently."""

from dataclasses import dataclass

from courses import gradebook
from courses.models import Enrolment, GradeItem
from workspace.drafts.records import DraftedCourse

# At most so many students are named for one quiz. Those whose grade falls most come first.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class ChangedGrade:
    """The grade of one student in one quiz, in percent, before and after."""

    quiz: str
    enrolment: Enrolment
    before: int
    after: int


def find_changed_grades(drafted: DraftedCourse) -> list[ChangedGrade]:
    """Return the grades that the drafts change, at most SHOWN for each quiz. The page that names them records it."""
    found = []
    for key, draft in drafted.drafts.items():
        if key[0] != "quiz" or not draft.fields or "rules" not in draft.fields:
            continue
        item = GradeItem.objects.filter(activity__course=drafted.course, activity__slug=key[1]).first()
        method = draft.fields["rules"]["counts"]
        if item is None or item.grading_method == method:
            continue
        changed = gradebook.find_changed_percents(item, GradeItem(grading_method=method))
        students = Enrolment.objects.filter(pk__in=changed).select_related("user")
        rows = [ChangedGrade(drafted.title(key), student, *changed[student.pk]) for student in students]
        found += sorted(rows, key=lambda row: (row.after - row.before, str(row.enrolment.user)))[:SHOWN]
    return found
