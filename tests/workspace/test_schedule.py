"""Drafts are published at the planned moment, once, or their authors learn why not."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone, translation

from accounts.messages import sending
from accounts.messages.models import Message
from accounts.models import User
from courses.models import Course, CourseRole
from tests.factories import UserFactory
from tests.workspace.authors import Author
from workspace.drafts import records
from workspace.models import Draft, Publication, PublicationSchedule
from workspace.publishing import schedule
from workspace.publishing.checking import find_faults

NOW = timezone.now().replace(hour=4)
HOUR = timedelta(hours=1)


@pytest.fixture
def author(ines: User, course: Course) -> Author:
    return Author(ines, course)


def test_drafts_are_published_at_their_moment_and_once(author: Author, course: Course) -> None:
    author.change_edition("lesson-1", "en", body="Planned.")
    schedule.plan(course, at=NOW + HOUR, editor=author.user)
    # What is written until then is published too.
    author.change_edition("lesson-2", "en", body="Written later.")
    assert schedule.publish_due(now=NOW) == 0
    assert not Publication.objects.exists()
    assert schedule.publish_due(now=NOW + HOUR) == 1
    assert schedule.publish_due(now=NOW + HOUR) == 0
    publication = Publication.objects.get()
    assert publication.editor == author.user
    assert len(publication.changes) == 2
    assert not Draft.objects.exists()
    assert not PublicationSchedule.objects.exists()
    assert not Message.objects.exists()


def test_a_plan_without_drafts_ends(author: Author, course: Course) -> None:
    schedule.plan(course, at=NOW, editor=author.user)
    assert schedule.publish_due(now=NOW) == 0
    assert not PublicationSchedule.objects.exists()


def test_a_cancelled_plan_publishes_nothing(author: Author, course: Course) -> None:
    author.change_edition("lesson-1", "en", body="Planned.")
    schedule.plan(course, at=NOW, editor=author.user)
    schedule.cancel(course)
    assert schedule.publish_due(now=NOW) == 0
    assert Draft.objects.exists()


@pytest.fixture
def failed(author: Author, course: Course) -> PublicationSchedule:
    """A plan whose moment came while a lesson had no text."""
    CourseRole.objects.create(course=course, user=UserFactory(name="Ada", is_staff=True), role="assistant")
    author.change_edition("lesson-1", "ko", body="")
    schedule.plan(course, at=NOW, editor=author.user)
    assert schedule.publish_due(now=NOW) == 0
    assert schedule.publish_due(now=NOW + HOUR) == 0
    return PublicationSchedule.objects.get()


def test_with_faults_nothing_is_published_and_the_plan_says_why(author: Author, failed: PublicationSchedule) -> None:
    assert not Publication.objects.exists()
    assert Draft.objects.exists()
    assert failed.at is None
    for language in ("ko", "en"):
        with translation.override(language):
            assert failed.reason == "\n".join(each.message for each in find_faults(records.read(failed.course)))


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "was not published as planned"), ("ko", "계획한 때에 공개되지 않았어요")]
)
def test_its_instructors_learn_of_it_once(
    author: Author, failed: PublicationSchedule, ines_client: Any, language: str, sentence: str
) -> None:
    User.objects.filter(pk=author.user.pk).update(language=language)
    assert [(row.user, row.kind) for row in Message.objects.all()] == [(author.user, "publication-failed")]
    sending.send_waiting(now=NOW + HOUR)
    sending.send_waiting(now=NOW + 2 * HOUR)
    [sent] = mail.outbox
    assert sent.to == [author.user.email]
    assert sentence in sent.body
    assert "/admin/workspace/statistics/publish/" in sent.body
    assert sentence in ines_client.get("/notifications/").text


def test_nothing_is_said_when_it_was_cancelled_meanwhile(failed: PublicationSchedule, course: Course) -> None:
    schedule.cancel(course)
    sending.send_waiting(now=NOW + HOUR)
    assert mail.outbox == []


def test_a_second_failure_is_said_again(author: Author, failed: PublicationSchedule, course: Course) -> None:
    schedule.plan(course, at=NOW + HOUR, editor=author.user)
    schedule.publish_due(now=NOW + 2 * HOUR)
    assert Message.objects.filter(kind="publication-failed").count() == 2


def test_it_is_published_when_it_was_corrected_and_planned_again(
    author: Author, failed: PublicationSchedule, course: Course
) -> None:
    author.change_edition("lesson-1", "ko", body="고쳤어요.")
    schedule.plan(course, at=NOW + HOUR, editor=author.user)
    assert schedule.publish_due(now=NOW + HOUR) == 1
    assert Publication.objects.get().number == 1
