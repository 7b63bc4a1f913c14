"""Issue certificates to students who have completed their course, revoke them, and say whether one is still true."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import identity
from accounts.messages import sending
from certificates.letters import find_unprintable
from certificates.message_kinds.certificate_changed import Decision
from certificates.models import Certificate
from common.errors import DomainError
from common.queue.publishing import enqueue_on_commit
from courses import gradebook
from courses.models import Enrolment
from reports import students
from reports.models import CompletionRule
from reports.students import StudentReport

DRAW_TASK = "certificates.tasks.draw_certificate"
MAX_NAME = 100


class NotCompleted(DomainError):
    """Raised if a certificate is asked for before the course is completed."""

    slug = "course-not-completed"
    status = 409
    help = gettext_lazy(
        "The course has a rule of completion, and the student has not reached it. The page says what is missing."
    )


class WrongName(DomainError):
    """Raised if a name cannot stand on a certificate."""

    slug = "certificate-name"
    help = gettext_lazy("The name is empty, too long, or has letters that a certificate cannot show.")


class State(models.TextChoices):
    """What the public page says of a certificate."""

    VALID = "valid", gettext_lazy("valid")
    REPLACED = "replaced", gettext_lazy("replaced by a newer one")
    WITHDRAWN = "withdrawn", gettext_lazy("withdrawn")
    CHANGED = "changed", gettext_lazy("no longer supported by the grades")


@dataclass(frozen=True, slots=True)
class Condition:
    """One percentage of the rule: what is asked for, and what the student has. `has` is None while there is nothing to count."""

    label: str
    wanted: int
    has: int | None
    # A course without hand-ins asks for none.
    is_met: bool


def find_certificate(enrolment: Enrolment) -> Certificate | None:
    """Return the student's certificate that was not revoked."""
    return Certificate.objects.filter(enrolment=enrolment, revoked_at=None).first()


def get_report(enrolment: Enrolment) -> StudentReport:
    """Return what reports say of this student, without grades that are held back. Four queries."""
    items = [item for item in gradebook.get_items(enrolment.course_id) if not item.is_held]
    return students.get_reports(items, [enrolment], enrolment.course)[0]


def waits_for_release(enrolment: Enrolment, rule: CompletionRule) -> bool:
    """Return whether the rule asks for a grade of which a part is held back. At most one query."""
    return bool(rule.grade) and any(item.is_held and item.weight for item in gradebook.get_items(enrolment.course_id))


def get_conditions(report: StudentReport, rule: CompletionRule) -> list[Condition]:
    """Return the percentages that the rule asks for, without those of 0."""
    progress, grade, hand_ins = report.enrolment.progress_percent, report.grade, report.hand_in_percent
    conditions = [
        Condition(_("Progress"), rule.progress, progress, progress >= rule.progress),
        Condition(_("Grade"), rule.grade, grade, (grade or 0) >= rule.grade),
        Condition(_("Hand-ins"), rule.hand_ins, hand_ins, hand_ins is None or hand_ins >= rule.hand_ins),
    ]
    return [each for each in conditions if each.wanted and not (each.has is None and each.is_met)]


def clean_name(name: str) -> str:
    """Return the name as it is printed. Raises WrongName."""
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())
    if not cleaned:
        raise WrongName(_("Write the name that the certificate shows."))
    if len(cleaned) > MAX_NAME:
        raise WrongName(_("A certificate has room for %(most)d characters of a name.") % {"most": MAX_NAME})
    try:
        identity.validate_name(cleaned)
    except ValidationError as error:
        raise WrongName(" ".join(error.messages)) from error
    if letter := find_unprintable(cleaned):
        raise WrongName(
            _("A certificate can show Korean, Latin, Greek and Cyrillic letters and kana, but not %(letter)s.")
            % {"letter": letter}
        )
    return cleaned


@transaction.atomic
def issue(*, enrolment: Enrolment, name: str, now: datetime) -> Certificate:
    """Return the student's certificate with this name. Another name replaces the former certificate. Idempotent.

    Raises NotCompleted and WrongName.
    """
    name = clean_name(name)
    locked = Enrolment.objects.select_for_update(of=("self",)).select_related("course").get(pk=enrolment.pk)
    former = find_certificate(locked)
    if former is not None and former.name == name:
        return former
    rule = students.get_rule(locked.course)
    if former is None and waits_for_release(locked, rule):
        raise NotCompleted(_("Some grades of this course come later. The certificate waits for them."))
    if former is None and not get_report(locked).is_complete(rule):
        raise NotCompleted(_("You have not completed this course yet."))
    reached = {"progress": rule.progress, "grade": rule.grade, "hand_ins": rule.hand_ins}
    if former is not None:
        # A new name changes nothing of what was reached, nor when.
        reached = former.rule
        _revoke(former, Certificate.Reason.REPLACED, "", now)
    issued = Certificate.objects.create(
        enrolment=locked,
        name=name,
        titles=_titles(locked) if former is None else former.titles,
        rule=reached,
        issued_at=now if former is None else former.issued_at,
    )
    enqueue_on_commit(DRAW_TASK, certificate_id=issued.pk)
    return issued


def _titles(enrolment: Enrolment) -> dict[str, str]:
    course = enrolment.course
    titles = {code: getattr(course, f"title_{code}") for code in course.languages}
    return {code: title for code, title in titles.items() if title} or {"": str(course)}


def revoke(*, certificate: Certificate, note: str, now: datetime) -> bool:
    """Withdraw a certificate and tell its owner; returns whether it was valid. Its public page and its badge say so, too."""
    with transaction.atomic():
        was_valid = _revoke(certificate, Certificate.Reason.WITHDRAWN, note, now)
        if was_valid:
            sending.notify("certificate-changed", about=Decision(certificate, now), now=now)
    return was_valid


def _revoke(certificate: Certificate, reason: str, note: str, now: datetime) -> bool:
    found = Certificate.objects.filter(pk=certificate.pk, revoked_at=None)
    return bool(found.update(revoked_at=now, reason=reason, note=note))


class NotRestorable(DomainError):
    """Raised if the student has another certificate by now."""

    slug = "certificate-replaced"
    status = 409
    help = gettext_lazy("The student has a newer certificate, so the withdrawn one stays as it is.")


@transaction.atomic
def restore(*, certificate: Certificate, now: datetime) -> None:
    """Make a withdrawn certificate valid again, and tell its owner. Raises NotRestorable."""
    locked = Enrolment.objects.select_for_update().get(pk=certificate.enrolment_id)
    if find_certificate(locked) is not None:
        raise NotRestorable(_("The student has a newer certificate."))
    withdrawn = Certificate.objects.filter(pk=certificate.pk, reason=Certificate.Reason.WITHDRAWN)
    if withdrawn.update(revoked_at=None, reason="", note=""):
        sending.notify("certificate-changed", about=Decision(certificate, now), now=now)


def get_state(certificate: Certificate) -> State:
    """Return what holds of the certificate now. A regrade may have taken away what it certifies. At most five queries.

    While grades are held back, nothing is said about them: it is as valid as it was.
    """
    if certificate.revoked_at is not None:
        return State(certificate.reason)
    rule = CompletionRule(course=certificate.enrolment.course, **certificate.rule)
    if waits_for_release(certificate.enrolment, rule):
        return State.VALID
    return State.VALID if get_report(certificate.enrolment).is_complete(rule) else State.CHANGED
