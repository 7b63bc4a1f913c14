"""To a student: answers that waited for a person are graded, so their attempt has its first result."""

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.messages import concerns
from common.messages.kinds import Entry, MessageKind
from courses.gradebook import lock_is_held
from courses.models import Enrolment
from questions.points import format_points
from quizzes.attempts.models import Attempt


class ResultReady(MessageKind):
    name = "result-ready"
    title = gettext_lazy("Results of graded answers")
    description = gettext_lazy("Your instructor has graded your answers, and you can see your result.")
    templates = "quizzes/result_ready"
    is_hidden_on_screens = True

    def recipients(self, about: Attempt) -> Iterable[int]:
        is_active = about.enrolment.status == Enrolment.Status.ACTIVE
        return [about.enrolment.user_id] if is_active and not lock_is_held(about.quiz.activity_id) else []

    def of_course(self, course_id: int) -> Q:
        return concerns.by_id(Attempt.objects.filter(enrolment__course=course_id))

    def entries(self, user: User, references: Sequence[str]) -> dict[str, Entry]:
        attempts = (
            Attempt.objects.released()
            .filter(pk__in=references, enrolment__user=user, enrolment__status=Enrolment.Status.ACTIVE)
            .select_related("enrolment__course", "quiz__activity")
        )
        return {str(attempt.pk): _entry(attempt) for attempt in attempts}


def _entry(attempt: Attempt) -> Entry:
    title = str(attempt.quiz.activity)
    # As on the page of the result: the total is shown to the student unless an answer waits for a person again.
    if attempt.status == Attempt.Status.GRADED and attempt.points is not None:
        text = _("“%(title)s” is graded: %(points)s of %(all)s points.") % {
            "title": title,
            "points": format_points(attempt.points),
            "all": format_points(attempt.max_points),
        }
    else:
        text = _("“%(title)s” is graded.") % {"title": title}
    return Entry(
        text=text,
        path=reverse("quizzes:attempt-result", args=[attempt.uuid]),
        data={"title": title, "course": str(attempt.enrolment.course)},
    )


KIND = ResultReady()
