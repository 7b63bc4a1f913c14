"""Find the students of a course whom somebody names: one on each line, by address, or by a part of the name or address."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.people.search import matching
from courses.models import Course, Enrolment

# So many lines are read: each that is no address takes a query.
MOST_LINES = 100
_LONGEST_LINE = 320
# So many of the students that a line may mean are named.
_SHOWN = 3


@dataclass(slots=True)
class Named:
    """The enrolments that were found, and a sentence for each line that names nobody, or more than one."""

    enrolments: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read(text: str, course: Course) -> Named:
    """Return whom `text` names among the students of the course."""
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    found = Named()
    if len(lines) > MOST_LINES:
        found.problems.append(
            ngettext("Name at most %(n)d student.", "Name at most %(n)d students.", MOST_LINES) % {"n": MOST_LINES}
        )
        return found
    students = Enrolment.objects.filter(course=course, status=Enrolment.Status.ACTIVE).select_related("user")
    # PostgreSQL takes no text with this character.
    readable = [line for line in lines if "\0" not in line and len(line) <= _LONGEST_LINE]
    addresses = {each.user.email: each for each in students.filter(user__email__in=[each.lower() for each in readable])}
    for line in lines:
        exact = addresses.get(line.lower())
        if exact is not None:
            matches = [exact]
        elif line in readable:
            matches = list(students.filter(matching(line, "user")).order_by("pk")[: _SHOWN + 1])
        else:
            matches = []
        if len(matches) == 1:
            found.enrolments.append(matches[0].pk)
        else:
            found.problems.append(_problem(line, matches))
    found.enrolments = sorted(set(found.enrolments))
    return found


def _problem(line: str, matches: list[Enrolment]) -> str:
    if not matches:
        return _("No student of this course is “%(line)s”.") % {"line": line[:100]}
    people = [f"{each.user} ({each.user.email})" for each in matches[:_SHOWN]]
    names = ", ".join([*people, *(["…"] if len(matches) > _SHOWN else [])])
    return _("“%(line)s” may be several students: %(names)s") % {"line": line[:100], "names": names}
