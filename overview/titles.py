"""Name the four questions of the staff's first page."""

from django.utils.translation import gettext_lazy as _

from courses.overviews.answers import Question

TITLES = {
    Question.STUCK: _("Who is stuck?"),
    Question.WAITS: _("What waits for me?"),
    Question.QUALITY: _("Are my quizzes any good?"),
    Question.WEEK: _("What goes out this week?"),
}
