"""Choose the edition of a lesson by the reader's language."""

from django.db.models import Case, QuerySet, Value, When

from common import languages
from courses.models import Activity, LessonEdition


def editions_for_reader(activity: Activity) -> QuerySet[LessonEdition]:
    """Return the lesson's editions. The one in the reader's language comes first, if there is one."""
    return (
        LessonEdition.objects.filter(lesson__activity=activity)
        .select_related("lesson")
        .order_by(Case(When(language=languages.active(), then=Value(0)), default=Value(1)), "id")
    )
