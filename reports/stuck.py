"""Find students who may need help, with the reasons, by rules that the reader of the page sees and sets."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from statistics import median_low
from typing import NamedTuple

from django.db.models import Count, F, FloatField, Max
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import access
from courses.models import Course, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz


@dataclass(frozen=True, slots=True)
class Rules:
    """When somebody counts as stuck. 0 switches a rule off.

    `away`: days without a visit. `behind`: percentage points of progress below the median of the cohort. `failed`: attempts at a
    quiz without passing it.
    """

    away: int = 7
    behind: int = 20
    failed: int = 2

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Rules":
        """Return the rules of an address. What is missing or no number from 0 to 365 is as by default."""
        values = {each.name: given.get(each.name, "") for each in fields(cls)}
        return cls(**{name: int(text) for name, text in values.items() if text.isdecimal() and int(text) <= 365})


@dataclass(slots=True)
class Stuck:
    """A student, by the id of the enrolment, with the reasons in the reader's language."""

    enrolment: int
    reasons: list[str] = field(default_factory=list)


class Student(NamedTuple):
    """What the rules look at of one enrolment."""

    enrolment: int
    cohort: int | None
    progress: int
    seen_at: datetime | None
    enrolled_at: datetime


class Reason(NamedTuple):
    """Why somebody counts as stuck. It becomes a sentence when it is shown: most reasons of a large course never are."""

    rule: str
    n: int
    other: int = 0
    title: str = ""

    def __str__(self) -> str:
        if self.rule == "behind":
            text = _("%(own)d%% done; half of the cohort has at least %(median)d%%")
            return text % {"own": self.n, "median": self.other}
        if self.rule == "away":
            text = ngettext("not here for %(n)d day", "not here for %(n)d days", self.n)
        elif self.rule == "never":
            text = ngettext("enrolled %(n)d day ago, and never here", "enrolled %(n)d days ago, and never here", self.n)
        else:
            text = ngettext(
                "“%(title)s” not passed in %(n)d attempt", "“%(title)s” not passed in %(n)d attempts", self.n
            )
        return text % {"n": self.n, "title": self.title}


@dataclass(slots=True)
class CourseReasons:
    """The students of a course, and the reasons by enrolment: those with the most reasons first, then by name."""

    students: list[Student]
    reasons: dict[int, list[Reason]]


def find_stuck(course: Course, rules: Rules, *, now: datetime) -> list[Stuck]:
    """Return the students to whom a rule applies, those with the most reasons first. Three queries.

    Who has finished is not stuck.
    """
    reasons = find_reasons([course.pk], rules, now=now)[course.pk].reasons
    return [Stuck(pk, [str(each) for each in why]) for pk, why in reasons.items()]


def find_reasons(courses: Iterable[int], rules: Rules, *, now: datetime) -> dict[int, CourseReasons]:
    """Return the students of courses with the reasons why some are stuck. Three queries, however many courses there are."""
    # As values: objects of thousands of students take longer than the rest of the page.
    found = {course: CourseReasons([], {}) for course in courses}
    rows = Enrolment.objects.filter(course__in=found, status=Enrolment.Status.ACTIVE).order_by(*access.BY_NAME)
    columns = ("course_id", "pk", "cohort_id", "progress_percent", "last_seen_at", "created_at")
    for course, pk, cohort, progress, seen_at, enrolled_at in rows.values_list(*columns):
        found[course].students.append(Student(pk, cohort, progress, seen_at, enrolled_at))
    failed = _failed_quizzes(found, rules.failed) if rules.failed else {}
    for one in found.values():
        one.reasons = _reasons(one.students, failed, rules, now)
    return found


def _reasons(
    everybody: list[Student], failed: Mapping[int, list[Reason]], rules: Rules, now: datetime
) -> dict[int, list[Reason]]:
    by_cohort = defaultdict(list)
    for student in everybody:
        by_cohort[student.cohort].append(student.progress)
    medians = {cohort: median_low(percents) for cohort, percents in by_cohort.items()}
    found = {}
    for student in everybody:
        if student.progress == 100:
            continue
        reasons = _away(student, rules, now)
        median = medians[student.cohort]
        if rules.behind and median - student.progress >= rules.behind:
            reasons.append(Reason("behind", student.progress, median))
        reasons += failed.get(student.enrolment, [])
        if reasons:
            found[student.enrolment] = reasons
    return dict(sorted(found.items(), key=lambda each: -len(each[1])))


def _away(student: Student, rules: Rules, now: datetime) -> list[Reason]:
    days = (now - (student.seen_at or student.enrolled_at)) // timedelta(days=1)
    if not rules.away or days < rules.away:
        return []
    return [Reason("away" if student.seen_at else "never", days)]


def _failed_quizzes(courses: Iterable[int], least: int) -> dict[int, list[Reason]]:
    """Return {enrolment: reasons} for quizzes that were tried at least so often and not passed. Two queries."""
    share = Cast("points", FloatField()) * 100 / Cast("max_points", FloatField())
    rows = (
        Attempt.objects.filter(
            quiz__activity__course__in=courses,
            quiz__activity__kind="quiz",
            quiz__activity__archived_at=None,
            status=Attempt.Status.GRADED,
            max_points__gt=0,
        )
        .order_by()
        .values_list("enrolment", "quiz")
        .annotate(n=Count("pk"), best=Max(share))
        .filter(n__gte=least, best__lt=F("quiz__pass_mark"))
        .values_list("enrolment", "quiz", "n")
    )
    found = defaultdict(list)
    # Not joined: the database would group by the titles, too.
    quizzes = Quiz.objects.filter(activity__course__in=courses).select_related("activity")
    titles = {quiz.pk: quiz.activity.title for quiz in quizzes}
    for enrolment, quiz, n in rows:
        found[enrolment].append(Reason("failed", n, title=titles[quiz]))
    return dict(found)
