"""To a student: an appeal was accepted, or answered."""

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from appeals.models import Appeal
from common.messages import concerns
from common.messages.kinds import Entry, MessageKind
from courses.gradebook import lock_is_held
from courses.models import Enrolment
from quizzes.attempts.models import Attempt

Status = Appeal.Status


class AppealAnswered(MessageKind):
    name = "appeal-answered"
    title = gettext_lazy("Answers to your appeals")
    description = gettext_lazy("You said that an answer of yours is right, and your instructor has decided.")
    templates = "appeals/appeal_answered"
    is_hidden_on_screens = True

    def recipients(self, about: Appeal) -> Iterable[int]:
        enrolment = about.attempt.enrolment
        is_told = enrolment.status == Enrolment.Status.ACTIVE and not lock_is_held(about.attempt.quiz.activity_id)
        return [enrolment.user_id] if is_told else []

    def of_course(self, course_id: int) -> Q:
        return concerns.by_id(Appeal.objects.filter(attempt__enrolment__course=course_id))

    def entries(self, user: User, references: Sequence[str]) -> dict[str, Entry]:
        found = Appeal.objects.filter(
            pk__in=references,
            status__in=[Status.ACCEPTED, Status.ANSWERED],
            attempt__enrolment__user=user,
            attempt__enrolment__status=Enrolment.Status.ACTIVE,
            attempt__in=Attempt.objects.released(),
        ).select_related("attempt__enrolment__course", "attempt__quiz__activity")
        return {str(appeal.pk): _entry(appeal) for appeal in found}


def _entry(appeal: Appeal) -> Entry:
    title = str(appeal.attempt.quiz.activity)
    if appeal.status == Status.ACCEPTED:
        text = _("“%(title)s”: your appeal was accepted.") % {"title": title}
    else:
        text = _("“%(title)s”: your appeal was answered. The grade stays.") % {"title": title}
    return Entry(
        text=text,
        path=f"{reverse('quizzes:attempt-result', args=[appeal.attempt.uuid])}#appeal-{appeal.question}",
        data={"title": title, "course": str(appeal.attempt.enrolment.course), "quoted": appeal.answer, "text": text},
    )


KIND = AppealAnswered()
