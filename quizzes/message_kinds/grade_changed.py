"""A changed grade. The mail has a table of its own, `GradeNotice`; a message is its line in the bell."""

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.messages.kinds import Entry, MessageKind
from courses.gradebook import lock_is_held
from courses.models import Enrolment
from questions.points import format_points
from quizzes.attempts.models import Attempt
from quizzes.grading.models import GradeNotice


class GradeChanged(MessageKind):
    name = "grade-changed"
    title = gettext_lazy("Changed grades")
    description = gettext_lazy("A grade of yours was corrected after you had seen it.")
    templates = "quizzes/grade_changed"
    # Whoever planned with a grade must learn that it is another one.
    is_essential = True
    is_hidden_on_screens = True
    sends_own_mail = True

    def recipients(self, about: GradeNotice) -> Iterable[int]:
        return [] if lock_is_held(about.attempt.quiz.activity_id) else [about.attempt.enrolment.user_id]

    def entries(self, user: User, references: Sequence[str]) -> dict[str, Entry]:
        notices = GradeNotice.objects.filter(
            pk__in=references,
            attempt__enrolment__user=user,
            attempt__enrolment__status=Enrolment.Status.ACTIVE,
            attempt__in=Attempt.objects.released(),
        ).select_related("grade", "attempt__enrolment__course", "attempt__quiz__activity")
        return {str(notice.pk): _entry(notice) for notice in notices}


def _entry(notice: GradeNotice) -> Entry:
    title = str(notice.attempt.quiz.activity)
    text = _("“%(title)s” was graded again. Before: %(old)s of %(old_all)s points. Now: %(points)s of %(all)s points.")
    return Entry(
        text=text
        % {
            "title": title,
            "old": format_points(notice.old_points),
            "old_all": format_points(notice.old_max_points),
            "points": format_points(notice.grade.points),
            "all": format_points(notice.grade.max_points),
        },
        path=reverse("quizzes:attempt-result", args=[notice.attempt.uuid]),
        data={"notice": notice, "grade": notice.grade, "title": title, "course": str(notice.attempt.enrolment.course)},
    )


KIND = GradeChanged()
