"""Make a course with a lesson and a quiz of every kind, and its students, in the running product (`manage.py shell`)."""

from courses.models import Course
from tests.e2e import every_kind_course
from tests.factories import ActivityFactory, EnrolmentFactory, LessonFactory, UserFactory

SLUG = every_kind_course.SLUG
PASSWORD = "a-long-password-of-the-app"


def make(*emails: str) -> None:
    every_kind_course.make(attempts_allowed=1, show_answers="after_each", time_limit=30)
    course = Course.objects.get(slug=SLUG)
    module = course.modules.get()
    LessonFactory(
        activity=ActivityFactory(module=module, course=course, slug="lesson", title_ko="읽기", title_en="Read")
    )
    for email in emails:
        EnrolmentFactory(user=UserFactory(email=email, password=PASSWORD), course=course)
