"""A lesson with paragraphs, a classmate of Alice, and a question of hers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.lessons.rendering import render_edition
from courses.models import Activity, Course, Enrolment, LessonEdition
from discussions import posting
from discussions.models import Post
from notes import placing
from tests.factories import EnrolmentFactory, UserFactory

BODY = """
Ask a question first.

## Noise {#noise}

Overfitting is learning the noise.

The noise is everywhere.

## Data {#data}

Data is collected.
"""
Ask = Callable[..., Post]


def edit(lesson: Activity, body: str) -> placing.Text:
    """Give the lesson another English text; return it as it is read."""
    edition = LessonEdition.objects.get(lesson__activity=lesson, language="en")
    edition.body = body
    render_edition(edition)
    edition.save()
    return placing.Text("en", placing.read_blocks_of(edition.html))


@pytest.fixture
def text(lesson: Activity) -> placing.Text:
    return edit(lesson, BODY)


@pytest.fixture
def carol(course: Course) -> User:
    """Alice's classmate."""
    return EnrolmentFactory(user=UserFactory(email="carol@example.com", name="Carol"), course=course).user


@pytest.fixture
def carol_client(carol: User) -> Client:
    client = Client()
    client.force_login(carol)
    return client


@pytest.fixture
def ask(text: placing.Text, lesson: Activity) -> Ask:
    """Ask as somebody; without more, about the second paragraph below the heading `noise`."""

    def asking(author: User, body: str = "What is noise?", **more: Any) -> Post:
        place = {"anchor": "noise.2", **more}
        return posting.ask(author=author, activity=lesson, text=text, body=body, now=timezone.now(), **place)

    return asking


@pytest.fixture
def asked(ask: Ask, enrolment: Enrolment) -> Post:
    return ask(enrolment.user)
