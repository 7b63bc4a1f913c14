"""A kind of messages without a Korean text or a template fails `./run check`."""

import pytest
from django.utils.translation import gettext_lazy

from accounts.messages import checking
from common.messages.kinds import KINDS, Channel
from operations.checks import CHECKS
from tests.accounts.messages.kinds import CourseNews

# Not in the call, where makemessages would find it.
UNTRANSLATED = "A title that nobody has translated"


class Complete(CourseNews):
    name = "complete"
    title = gettext_lazy("Changed grades")
    description = gettext_lazy("Weekly summary")
    templates = "quizzes/grade_changed"


class WithoutKoreanTitle(Complete):
    name = "without-korean-title"
    title = gettext_lazy(UNTRANSLATED)


class WithoutTemplates(Complete):
    name = "without-templates"
    templates = "courses/no_such_mail"


class OnlyInTheBell(WithoutTemplates):
    name = "only-in-the-bell"
    channels = frozenset({Channel.BELL})


def test_all_kinds_of_the_project_pass() -> None:
    assert [fault for kind in KINDS.values() for fault in checking.faults(kind)] == []
    assert "message kinds" in CHECKS


def test_complete_kinds_pass() -> None:
    assert list(checking.faults(Complete())) == []
    assert list(checking.faults(OnlyInTheBell())) == []


def test_a_title_that_is_not_in_the_korean_catalogue_is_a_fault() -> None:
    assert list(checking.faults(WithoutKoreanTitle())) == [
        f"without-korean-title: its title is not in the Korean catalogue: {UNTRANSLATED}"
    ]


def test_a_missing_template_is_a_fault() -> None:
    assert list(checking.faults(WithoutTemplates())) == [
        f"without-templates: there is no template emails/courses/no_such_mail.{part}" for part in checking.PARTS
    ]


def test_messages_of_templates_that_are_not_in_the_korean_catalogue_are_faults(news: CourseNews) -> None:
    found = [fault for fault in checking.faults(news) if "template" not in fault]
    assert "course-news: its title is not in the Korean catalogue: News of courses" in found
    for name, message in (
        ("subject.txt", "%(n)s new student"),
        ("body.txt", "You get this mail because somebody has joined your course."),
        ("body.html", "New students"),
    ):
        assert any(name in fault and fault.endswith(f": {message}") for fault in found), message


def test_the_check_fails_with_a_planted_kind(news: CourseNews, capsys: pytest.CaptureFixture[str]) -> None:
    assert checking.main() == 1
    assert "course-news: its title is not in the Korean catalogue" in capsys.readouterr().out
