"""Owns what Moodle's two formats reckon alike: percentages of answers, and what of them has a rule here."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from exchange.shape import NotBrought, Part, Question, Wrong, clean, credit_of, number, plain_number, without_doubles

WHOLE = Decimal(100)


@dataclass(slots=True)
class Answer:
    """An answer of Moodle's: its percentage of the points, its text (Markdown, or plain where it is typed)."""

    fraction: Decimal
    text: str
    feedback: str = ""
    tolerance: str = ""


def fraction_of(text: str) -> Decimal:
    """A percentage. Raises NotBrought."""
    try:
        return number(text or "0")
    except InvalidOperation as error:
        raise NotBrought(_("“%(text)s” is no percentage.") % {"text": text[:40]}) from error


def choose_kind(question: Question, answers: list[Answer], *, single: bool) -> None:
    """Make `question` a choice of `answers`."""
    if not single:
        several_right(question, answers)
        return
    right = [answer.fraction >= WHOLE for answer in answers]
    if sum(right) != 1:
        raise NotBrought(_("A single choice question has exactly one correct choice."))
    if any(answer.fraction not in (0, WHOLE) for answer in answers):
        question.remarks.append(_("A wrong choice earns or costs points in the file; here it earns none."))
    question.kind = "single_choice"
    question.parts = [
        Part(answer.text, correct=is_right, feedback=answer.feedback)
        for answer, is_right in zip(answers, right, strict=True)
    ]


def several_right(question: Question, answers: list[Answer]) -> None:
    right = [answer.fraction for answer in answers if answer.fraction > 0]
    wrong = [answer.fraction for answer in answers if answer.fraction <= 0]
    question.kind = "multiple_choice"
    question.credit, exact = credit_of(right, wrong)
    if not exact:
        question.remarks.append(
            _("Its percentages are not the partial credit of this site: it counts as a whole, all right or nothing.")
        )
    question.parts = [Part(a.text, correct=a.fraction > 0, feedback=a.feedback) for a in answers]


def typed(question: Question, answers: list[Answer]) -> None:
    """Make `question` a short answer. Texts are plain; `*` is a wild card unless it is escaped."""
    question.kind = "short_answer"
    accepted, said = [], set()
    question.incorrect_feedback = ""
    for answer in answers:
        text = _literal(answer.text)
        if answer.text.strip() == "*" and answer.fraction <= 0:
            question.incorrect_feedback = answer.feedback
        elif text is None:
            question.remarks.append(
                _("“%(text)s” has a wild card; answers are compared as they stand here.") % {"text": answer.text[:60]}
            )
        elif answer.fraction >= WHOLE:
            accepted.append(text)
            said.add(answer.feedback)
        elif answer.fraction > 0:
            question.remarks.append(
                _("“%(text)s” earns %(percent)s%% there; a short answer is right or wrong here.")
                % {"text": text[:60], "percent": f"{answer.fraction:f}"}
            )
        else:
            _add_wrong(question, text, answer.feedback)
    question.accept = without_doubles(accepted)
    if not question.accept:
        raise NotBrought(_("No answer of it is accepted as it stands, without a wild card."))
    question.correct_feedback = one_of(question, said)


def _add_wrong(question: Question, text: str, feedback: str) -> None:
    group = next((group for group in question.wrong if group.feedback == feedback), None)
    if group is None:
        question.wrong.append(group := Wrong([], feedback))
    if clean(text):
        group.answers.append(clean(text))


def one_of(question: Question, said: set[str]) -> str:
    """The one feedback for right answers; where there are several, none, and a remark."""
    if len(said) == 1:
        return said.pop()
    if said - {""}:
        question.remarks.append(_("The feedback differs between its right answers; here right answers have one."))
    return ""


def _literal(text: str) -> str | None:
    """The text without Moodle's escapes; None where it has a wild card."""
    bare = text.replace("\\*", "\x01")
    return None if "*" in bare else bare.replace("\x01", "*")


def numbers(question: Question, answers: list[Answer]) -> None:
    """Make `question` a number."""
    question.kind = "numeric"
    question.incorrect_feedback = ""
    right: list[Answer] = []
    for answer in answers:
        if answer.text.strip() == "*" and answer.fraction <= 0:
            question.incorrect_feedback = answer.feedback
        elif answer.fraction >= WHOLE:
            right.append(answer)
        else:
            question.remarks.append(
                _("The answer %(text)s earns a part of the points there; a number is right or wrong here.")
                % {"text": answer.text[:40]}
            )
    if len(right) != 1:
        raise NotBrought(_("A number has exactly one right value here, with a tolerance."))
    try:
        question.more["value"] = plain_number(number(right[0].text))
        question.more["tolerance"] = plain_number(number(right[0].tolerance or "0"))
    except InvalidOperation as error:
        raise NotBrought(_("“%(text)s” is no number.") % {"text": right[0].text[:40]}) from error
    question.correct_feedback = right[0].feedback


def say_to_all(question: Question, general: str) -> None:
    """Give the feedback that everybody gets a place."""
    if not general:
        return
    if question.kind == "multiple_choice":
        question.remarks.append(_("Its general feedback: a multiple choice question speaks through its choices here."))
    elif question.kind == "single_choice":
        for part in question.parts:
            part.feedback = f"{part.feedback}\n\n{general}".strip()
    else:
        question.correct_feedback = f"{question.correct_feedback or ''}\n\n{general}".strip()
        question.incorrect_feedback = f"{question.incorrect_feedback or ''}\n\n{general}".strip()


def true_or_false(question: Question, is_true: bool, if_true: str, if_false: str, language: str) -> None:
    words = {"ko": ("참", "거짓")}.get(language, ("True", "False"))
    question.kind = "single_choice"
    question.parts = [
        Part(words[0], "true", is_true, if_true),
        Part(words[1], "false", not is_true, if_false),
    ]
