"""To the staff who answer in a course: students have asked something at a lesson."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.messages.kinds import Entry, MessageKind, Urgency
from courses.roles import rules
from courses.roles.rules import Permission
from discussions.models import Post


class QuestionAsked(MessageKind):
    name = "question-asked"
    title = gettext_lazy("Questions of students")
    description = gettext_lazy("Students ask something at a lesson of a course in which you answer.")
    templates = "discussions/question_asked"
    is_for_staff = True
    push_urgency = Urgency.LOW
    # Staff get one mail for what came up within an hour.
    bundled_within = timedelta(hours=1)

    def recipients(self, about: Post) -> Iterable[int]:
        people = rules.people_who_may(Permission.ANSWER, about.activity.course_id)
        return [pk for pk in people.values_list("pk", flat=True) if pk != about.author_id]

    def entries(self, user: User, references: Sequence[str]) -> dict[str, Entry]:
        asked = Post.objects.for_staff(user, Permission.ANSWER).questions()
        found = asked.filter(pk__in=references, hidden_at=None).select_related("activity__course")
        return {str(post.pk): _entry(post) for post in found}


def _entry(post: Post) -> Entry:
    title = str(post.activity)
    text = _("“%(title)s”: a student asks something.") % {"title": title}
    return Entry(
        text=text,
        path=reverse("discussing:question", args=[post.activity.course.slug, post.uuid]),
        data={"title": title, "course": str(post.activity.course), "body": post.body, "quote": post.quote},
    )


KIND = QuestionAsked()
