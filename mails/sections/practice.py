"""The section with three questions that the reader got wrong and that are up for review."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Subquery
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from common import languages
from common.database.json_rows import json_rows
from courses.models import Enrolment
from courses.summaries.sections import Line, Reader, Section, Times, rows_of
from mails.sections.reading import enrolments_of, find_quizzes
from practice.models import PracticeCard
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import load_content
from quizzes.results.quiz_states import is_lesson_check_shown
from quizzes.results.visibility import find_pairs_with_answers_shown

SHOWN = 3
# A question in a mail is as long as two lines.
LONGEST = 140
_SPACE = re.compile(r"\s+")


def find_due_cards(times: Times) -> Subquery:
    """Return the cards that may be up for review, wherever their students are."""
    tomorrow = times.now.astimezone(UTC).date() + timedelta(days=1)
    return json_rows(
        PracticeCard.objects.filter(due_on__lte=tomorrow), {"enrolment": "pk"}, "pk", "due_on", "quiz", "question"
    )


def find_practice(readers: Sequence[Reader], now: datetime) -> Mapping[int, Section]:
    """Return the questions that have been up for review the longest. Only those whose solution the reader may see.

    No query if no card is up for review.
    """
    cards = [(reader, enrolment, card) for reader in readers for enrolment, card in _cards(reader, now)]
    if not cards:
        return {}
    pairs = {(quiz.pk, enrolment.pk): (quiz, enrolment) for quiz, enrolment in find_quizzes(enrolments_of(readers))}
    keys = [(card["quiz"], enrolment.pk) for _reader, enrolment, card in cards]
    shown = _find_shown([pairs[key] for key in keys if key in pairs], now)
    questions = _read_questions(quiz for quiz, _enrolment in pairs.values())
    lines: dict[int, list[Line]] = {}
    for (reader, _enrolment, card), key in zip(cards, keys, strict=True):
        quiz = pairs[key][0] if key in shown else None
        texts = questions.get((quiz.current_version_id, str(UUID(card["question"])))) if quiz else None
        if texts is not None:
            with reader.speaking():
                lines.setdefault(reader.user.pk, []).append(Line(_plain(languages.choose(texts))))
    return {reader.user.pk: _section(reader, lines[reader.user.pk]) for reader in readers if reader.user.pk in lines}


def _cards(reader: Reader, now: datetime) -> list[tuple[Enrolment, dict[str, Any]]]:
    """Return the cards that are up for review where the reader is, the first due first."""
    today = reader.user.local_day(now).isoformat()
    found = [(each, card) for each in reader.enrolments for card in rows_of(each, "cards") if card["due_on"] <= today]
    return sorted(found, key=lambda each: (each[1]["due_on"], each[1]["pk"]))


def _find_shown(pairs: Sequence[tuple[Quiz, Enrolment]], now: datetime) -> set[tuple[int, int]]:
    graded = [(quiz, enrolment) for quiz, enrolment in pairs if quiz.is_graded]
    checks = {(quiz.pk, enrolment.pk) for quiz, enrolment in pairs if is_lesson_check_shown(quiz)}
    return checks | find_pairs_with_answers_shown(graded, now=now)


def _read_questions(quizzes: Iterable[Quiz]) -> dict[tuple[int | None, str], dict[str, str]]:
    """Return {(version, question uuid): its text in each language}. A version that is not cached is one query."""
    versions = {quiz.current_version for quiz in quizzes if quiz.current_version is not None}
    return {
        (version.pk, question["uuid"]): question["html"]
        for version in versions
        for question in load_content(version).content["questions"]
    }


def _plain(html: str) -> str:
    """Return the beginning of a question as one line of text."""
    return Truncator(_SPACE.sub(" ", strip_tags(html)).strip()).chars(LONGEST)


def _section(reader: Reader, lines: list[Line]) -> Section:
    with reader.speaking():
        today = Line(_("Answer them in the daily review"), reverse("practice:today"))
        return Section(
            _("Three questions for you") if len(lines) >= SHOWN else _("Questions for you"), [*lines[:SHOWN], today]
        )
