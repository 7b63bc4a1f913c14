"""To whoever asked a question or has the same one: somebody has replied."""

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.messages import concerns
from common.messages.kinds import Entry, MessageKind
from discussions.models import Follower, Post


class QuestionReplied(MessageKind):
    name = "question-replied"
    title = gettext_lazy("Replies to your questions")
    description = gettext_lazy("Somebody replies to a question that you asked at a lesson, or that you have, too.")
    templates = "discussions/question_replied"

    def recipients(self, about: Post) -> Iterable[int]:
        listening = Follower.objects.filter(question=about.question_id, is_muted=False).exclude(user=about.author_id)
        return listening.values_list("user", flat=True)

    def of_course(self, course_id: int) -> Q:
        return concerns.by_id(Post.objects.filter(activity__course=course_id))

    def entries(self, user: User, references: Sequence[str]) -> dict[str, Entry]:
        """Return what the person may still read and has not muted since."""
        muted = Follower.objects.filter(user=user, is_muted=True)
        found = (
            Post.objects.for_student(user)
            .filter(pk__in=references)
            .exclude(question__in=muted.values("question"))
            .with_authors()
            .select_related("activity__course", "question")
        )
        return {str(post.pk): _entry(post) for post in found}


def _entry(post: Post) -> Entry:
    assert post.question is not None
    title = str(post.activity)
    if post.by_staff:
        text = _("“%(title)s”: staff have replied to your question.") % {"title": title}
    else:
        text = _("“%(title)s”: somebody has replied to your question.") % {"title": title}
    return Entry(
        text=text,
        path=f"{reverse('discussions:question', args=[post.question.uuid])}#post-{post.uuid}",
        data={
            "title": title,
            "course": str(post.activity.course),
            "text": text,
            "question": post.question.body,
            "body": post.body,
            "author": post.author_name,
        },
    )


KIND = QuestionReplied()
