"""Who gets a certificate, with which name, and when it is no longer true."""

from datetime import timedelta
from decimal import Decimal

import pytest

from certificates import issuing
from certificates.issuing import NotCompleted, NotRestorable, State, WrongName
from certificates.models import Certificate
from courses import gradebook
from courses.models import Enrolment, GradeChange
from reports.models import CompletionRule
from tests.certificates.conftest import NOW

pytestmark = pytest.mark.django_db


def test_who_has_completed_the_course_gets_one(certificate: Certificate) -> None:
    assert (certificate.name, certificate.issued_at) == ("김하늘", NOW)
    assert certificate.rule == {"progress": 80, "grade": 60, "hand_ins": 90}
    assert issuing.get_state(certificate) == State.VALID


def test_who_has_not_gets_none(enrolment: Enrolment) -> None:
    with pytest.raises(NotCompleted):
        issuing.issue(enrolment=enrolment, name="김하늘", now=NOW)
    assert not Certificate.objects.exists()


def test_the_page_says_what_is_missing(enrolment: Enrolment) -> None:
    report = issuing.get_report(enrolment)
    found = issuing.get_conditions(report, CompletionRule(course=enrolment.course, hand_ins=0))
    assert [(each.wanted, each.has, each.is_met) for each in found] == [(80, 0, False), (60, None, False)]


def test_asking_twice_is_one_certificate(certificate: Certificate) -> None:
    again = issuing.issue(enrolment=certificate.enrolment, name=" 김하늘 ", now=NOW + timedelta(days=1))
    assert again == certificate
    assert Certificate.objects.count() == 1


def test_another_name_replaces_the_certificate_and_keeps_its_date(certificate: Certificate) -> None:
    Enrolment.objects.update(progress_percent=0)
    newer = issuing.issue(enrolment=certificate.enrolment, name="Kim Haneul", now=NOW + timedelta(days=1))
    certificate.refresh_from_db()
    assert (newer.name, newer.issued_at, newer.rule) == ("Kim Haneul", NOW, certificate.rule)
    assert newer.code != certificate.code
    assert issuing.get_state(certificate) == State.REPLACED


def test_a_withdrawn_certificate_can_be_made_valid_again_until_there_is_a_newer_one(certificate: Certificate) -> None:
    assert issuing.revoke(certificate=certificate, note="A mistake", now=NOW)
    certificate.refresh_from_db()
    assert issuing.get_state(certificate) == State.WITHDRAWN
    issuing.restore(certificate=certificate, now=NOW)
    certificate.refresh_from_db()
    assert issuing.get_state(certificate) == State.VALID
    issuing.revoke(certificate=certificate, note="", now=NOW)
    issuing.issue(enrolment=certificate.enrolment, name="김하늘", now=NOW)
    with pytest.raises(NotRestorable):
        issuing.restore(certificate=certificate, now=NOW)


def test_a_grade_that_was_taken_away_shows(certificate: Certificate) -> None:
    first = GradeChange.objects.get()
    gradebook.record_change(
        activity=first.item.activity, enrolment=first.enrolment, source=first.source, source_number=first.source_number,
        points=Decimal(0), max_points=first.max_points, reason=GradeChange.Reason.REGRADED, now=NOW, revision=2,
    )  # fmt: skip
    assert issuing.get_state(certificate) == State.CHANGED


def test_a_stricter_rule_takes_nothing_away(certificate: Certificate) -> None:
    CompletionRule.objects.create(course=certificate.enrolment.course, progress=100, grade=100, hand_ins=100)
    Enrolment.objects.update(progress_percent=85)
    assert issuing.get_state(Certificate.objects.get()) == State.VALID


@pytest.mark.parametrize("name", ["", "   ", "a" * 101, "김\u202e하늘", "金河", "😀"])
def test_a_name_that_cannot_be_printed_is_refused(completed: Enrolment, name: str) -> None:
    with pytest.raises(WrongName):
        issuing.issue(enrolment=completed, name=name, now=NOW)
    assert not Certificate.objects.exists()


def test_a_decomposed_name_is_composed(completed: Enrolment) -> None:
    assert issuing.issue(enrolment=completed, name="\u1112\u1161\u1102\u1173\u11af", now=NOW).name == "하늘"
