"""Choose the edition of a lesson by the reader's language."""

from django.db.models import Case, QuerySet, Value, When

from common import languages
from courses.models import Activity, LessonEdition


def editions_for_reader(*activities: Activity) -> QuerySet[LessonEdition]:
    """Return the editions of the lessons. Those in the reader's language come first, if there are any."""
    return (
        LessonEdition.objects.filter(lesson__activity__in=activities)
        .select_related("lesson")
        .order_by(Case(When(language=languages.active(), then=Value(0)), default=Value(1)), "id")
    )
