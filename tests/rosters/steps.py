"""Steps of an import that several tests take."""

import math
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from accounts.models import User
from courses.models import Course, RosterImport
from rosters import jobs
from rosters.planning import Plan


def uploaded(course: Course, content: bytes | str, actor: User | None = None) -> RosterImport:
    """A file that was uploaded and read."""
    actor = actor or User.objects.filter(email="ines@example.com").first() or _administrator()
    content = content.encode() if isinstance(content, str) else content
    return run(jobs.upload(course=course, content=content, file_name="list.csv", actor=actor, now=timezone.now()))


def _administrator() -> User:
    return User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("r@example.com")


def run(job: RosterImport, **more: Any) -> RosterImport:
    """Let the worker do the next step, if it has one, in one task however slow the machine is."""
    jobs.run(import_id=job.pk, **{"now": timezone.now(), "budget": math.inf, **more})
    return fresh(job)


def fresh(job: RosterImport) -> RosterImport:
    return RosterImport.objects.select_related("course", "cohort", "created_by").get(pk=job.pk)


def plan_of(job: RosterImport) -> Plan:
    return jobs.get_plan(job)


def confirmed(job: RosterImport, *, invites: bool = False, withdrawing: Sequence[int] = ()) -> RosterImport:
    plan = plan_of(job)
    assert jobs.confirm(
        job=job, fingerprint=plan.fingerprint, invites=invites, withdrawing=withdrawing, now=timezone.now()
    )
    return fresh(job)


def imported(course: Course, content: bytes | str, **choices: Any) -> RosterImport:
    """A file that was uploaded, confirmed and imported."""
    return run(confirmed(uploaded(course, content), **choices))
