"""Compose a weekly summary when it is sent, in the recipient's language and time zone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation

from accounts.models import User
from common import languages
from common.mail import sending
from courses import access, extensions, gradebook
from courses.models import Activity, Course, Enrolment, GradeChange, LessonEdition
from courses.outline.queries import OutlineEntry, get_outline


@dataclass(frozen=True, slots=True)
class Title:
    """A title and its language. That differs from the language of the mail if the title is not translated."""

    text: str
    language: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Done:
    """A lesson that was done in the week."""

    title: Title
    at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """The current grade of an activity whose grade changed in the week."""

    title: Title
    percent: int
    points: str
    max_points: str
    is_passed: bool


@dataclass(frozen=True, slots=True)
class NextStep:
    """The activity to continue with. `minutes` is the reading time; None for a quiz or a lesson without text."""

    title: Title
    is_lesson: bool
    minutes: int | None
    url: str


@dataclass(frozen=True, slots=True)
class CourseWeek:
    """One course in a weekly summary. `percent` is the progress. `next` is None if everything is done."""

    title: Title
    url: str
    percent: int
    done_count: int
    required_count: int
    lessons: list[Done]
    results: list[Result]
    next: NextStep | None

    @property
    def has_content(self) -> bool:
        """Return whether something is left to do, or something was done or graded in the week."""
        return self.next is not None or bool(self.lessons or self.results)


@dataclass(frozen=True, slots=True)
class Week:
    """The content of a weekly summary. The last visited course comes first."""

    user: User
    language: str
    since: datetime
    courses: list[CourseWeek]


def find_week(user: User, *, since: datetime) -> Week | None:
    """Return the content by the current data, with what happened from `since` on; None if no course has content."""
    enrolments = list(access.enrolments(user))
    language = _language(user, [enrolment.course for enrolment in enrolments])
    with translation.override(language):
        courses = [course for enrolment in enrolments if (course := _course_week(enrolment, since)) is not None]
    return Week(user, language, since, courses) if courses else None


def weekly_summary(week: Week, *, message_id: str, unsubscribe_url: str, now: datetime) -> EmailMultiAlternatives:
    """Compose the mail with the content `week`. `unsubscribe_url` must accept a POST without a cookie (one-click, RFC 8058)."""
    with translation.override(week.language):
        lines = extensions.summary_lines(week.user, now)
    return sending.compose(
        "courses/weekly_summary",
        {
            "week": week,
            "main": week.courses[0],
            "others": week.courses[1:],
            "lines": lines,
            "unsubscribe_url": unsubscribe_url,
        },
        to=week.user.email,
        language=week.language,
        zone=week.user.zone,
        now=now,
        headers={
            "Message-ID": message_id,
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _language(user: User, courses: Iterable[Course]) -> str:
    """Return the user's language, else the original language of the last visited course, else the site's default."""
    candidates = [user.language, *(code for course in courses for code in course.languages[:1])]
    return next((code for code in candidates if code in dict(settings.LANGUAGES)), settings.LANGUAGE_CODE)


def _course_week(enrolment: Enrolment, since: datetime) -> CourseWeek | None:
    course_outline = get_outline(enrolment)
    if not course_outline.entries:
        return None
    following = course_outline.next_to_do(enrolment.last_activity_id)
    week = CourseWeek(
        title=_title(enrolment.course),
        url=sending.absolute(enrolment.course.get_absolute_url()),
        percent=enrolment.progress_percent,
        done_count=course_outline.done_count,
        required_count=course_outline.required_count,
        lessons=[done for entry in course_outline.entries if (done := _done_since(entry, since)) is not None],
        results=_results(enrolment, since),
        next=None if following is None else _next_step(following),
    )
    return week if week.has_content else None


def _done_since(entry: OutlineEntry, since: datetime) -> Done | None:
    if entry.activity.kind != Activity.Kind.LESSON or entry.done_at is None or entry.done_at < since:
        return None
    return Done(_title(entry.activity), entry.done_at)


def _results(enrolment: Enrolment, since: datetime) -> list[Result]:
    changed = set(GradeChange.objects.filter(enrolment=enrolment, at__gte=since).values_list("item_id", flat=True))
    return [
        Result(
            title=_title(grade.item.activity),
            percent=grade.percent,
            points=_format_points(grade.points),
            max_points=_format_points(grade.max_points),
            is_passed=grade.is_passed,
        )
        for grade in (gradebook.get_item_grades(enrolment) if changed else ())
        if grade.item.pk in changed and grade.percent is not None
    ]


def _next_step(activity: Activity) -> NextStep:
    minutes = dict(LessonEdition.objects.filter(lesson__activity=activity).values_list("language", "minutes"))
    return NextStep(
        title=_title(activity),
        is_lesson=activity.kind == Activity.Kind.LESSON,
        minutes=minutes.get(languages.active(), next(iter(minutes.values()), None)),
        url=sending.absolute(activity.get_absolute_url()),
    )


def _title(row: Activity | Course) -> Title:
    texts = {code: getattr(row, f"title_{code}") for code, _ in settings.LANGUAGES}
    return Title(str(row), languages.language_of(texts))


def _format_points(points: Decimal | None) -> str:
    """Return the points without trailing zeros; "" for None."""
    return "" if points is None else f"{points.normalize():f}"
