"""Set a question's kind and answers from Moodle's answers with percentages. The readers of Moodle XML and GIFT use this."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from exchange.items.questions import Part, Question, UnsupportedQuestion, WrongAnswers
from exchange.items.values import clean, find_credit, number, plain_number, unique_answers

WHOLE = Decimal(100)


@dataclass(slots=True)
class Answer:
    """An answer in Moodle. `fraction` is its percentage of the points. `text` is Markdown, or plain text if students type it."""

    fraction: Decimal
    text: str
    feedback: str = ""
    tolerance: str = ""


def fixed_order() -> str:
    """Return the remark on choices that a file does not shuffle."""
    return _("Its choices keep their order in the file. Here the quiz shuffles them, unless it is set not to.")


def some_items() -> str:
    """Return the remark on an ordering question that asks for a subset of its items."""
    return _("In the file a student gets only some of its items; here all.")


def parse_fraction(text: str) -> Decimal:
    """Return a percentage as a number. Raises UnsupportedQuestion if it is not a number."""
    try:
        return number(text or "0")
    except InvalidOperation as error:
        raise UnsupportedQuestion(_("“%(text)s” is not a percentage.") % {"text": text[:40]}) from error


def set_choices(question: Question, answers: list[Answer], *, single: bool) -> None:
    """Make `question` a single or multiple choice question with these answers. Raises UnsupportedQuestion."""
    if not single:
        _set_multiple_choice(question, answers)
        return
    right = [answer.fraction >= WHOLE for answer in answers]
    if sum(right) != 1:
        raise UnsupportedQuestion(_("A single choice question has exactly one correct choice."))
    if any(answer.fraction not in (0, WHOLE) for answer in answers):
        question.remarks.append(_("A wrong choice earns or costs points in the file; here it earns none."))
    question.kind = "single_choice"
    question.parts = [
        Part(answer.text, correct=is_right, feedback=answer.feedback)
        for answer, is_right in zip(answers, right, strict=True)
    ]


def _set_multiple_choice(question: Question, answers: list[Answer]) -> None:
    right = [answer.fraction for answer in answers if answer.fraction > 0]
    wrong = [answer.fraction for answer in answers if answer.fraction <= 0]
    question.kind = "multiple_choice"
    question.credit, exact = find_credit(right, wrong)
    if not exact:
        question.remarks.append(
            _("Its percentages differ from this site's partial credit, so it is graded all or nothing.")
        )
    question.parts = [Part(a.text, correct=a.fraction > 0, feedback=a.feedback) for a in answers]


def set_short_answer(question: Question, answers: list[Answer]) -> None:
    """Make `question` a short answer. Texts are plain; an unescaped `*` is a wild card. Raises UnsupportedQuestion."""
    question.kind = "short_answer"
    accepted, feedbacks = [], set()
    question.incorrect_feedback = ""
    for answer in answers:
        text = _literal(answer.text)
        if answer.text.strip() == "*" and answer.fraction <= 0:
            question.incorrect_feedback = answer.feedback
        elif text is None:
            question.remarks.append(
                _("“%(text)s” has a wild card. Wild cards are not supported.") % {"text": answer.text[:60]}
            )
        elif answer.fraction >= WHOLE:
            accepted.append(text)
            feedbacks.add(answer.feedback)
        elif answer.fraction > 0:
            question.remarks.append(
                _("“%(text)s” earns %(percent)s%% in the file. Here a short answer is right or wrong.")
                % {"text": text[:60], "percent": f"{answer.fraction:f}"}
            )
        else:
            _add_wrong(question, text, answer.feedback)
    question.accept = unique_answers(accepted)
    if not question.accept:
        raise UnsupportedQuestion(_("It has no accepted answer without a wild card."))
    question.correct_feedback = _common_feedback(question, feedbacks)


def _add_wrong(question: Question, text: str, feedback: str) -> None:
    group = next((group for group in question.wrong if group.feedback == feedback), None)
    if group is None:
        question.wrong.append(group := WrongAnswers([], feedback))
    if clean(text):
        group.answers.append(clean(text))


def _common_feedback(question: Question, feedbacks: set[str]) -> str:
    """Return the feedback of the right answers if all have the same. Otherwise return "" and add a remark."""
    if len(feedbacks) == 1:
        return feedbacks.pop()
    if feedbacks - {""}:
        question.remarks.append(_("Its right answers have different feedback. Here they share one, so it is left out."))
    return ""


def _literal(text: str) -> str | None:
    """Return the text without Moodle's escapes, or None if it has a wild card."""
    unescaped = text.replace("\\*", "\x01")
    return None if "*" in unescaped else unescaped.replace("\x01", "*")


def set_numeric(question: Question, answers: list[Answer]) -> None:
    """Make `question` numeric. Raises UnsupportedQuestion unless exactly one answer is right and its numbers are valid."""
    question.kind = "numeric"
    question.incorrect_feedback = ""
    right: list[Answer] = []
    for answer in answers:
        if answer.text.strip() == "*" and answer.fraction <= 0:
            question.incorrect_feedback = answer.feedback
        elif answer.fraction >= WHOLE:
            right.append(answer)
        elif answer.fraction <= 0:
            question.remarks.append(
                _("The wrong answer %(text)s is left out: here all wrong numbers have the same feedback.")
                % {"text": answer.text[:40]}
            )
        else:
            question.remarks.append(
                _("The answer %(text)s earns a part of the points in the file. Here a number is right or wrong.")
                % {"text": answer.text[:40]}
            )
    if len(right) != 1:
        raise UnsupportedQuestion(_("A numeric question must have exactly one right value."))
    try:
        question.extra["value"] = plain_number(number(right[0].text))
    except InvalidOperation as error:
        raise UnsupportedQuestion(_("“%(text)s” is not a number.") % {"text": right[0].text[:40]}) from error
    try:
        # Some programs write a sign before it. A tolerance is a distance.
        question.extra["tolerance"] = plain_number(abs(number(right[0].tolerance or "0")))
    except InvalidOperation as error:
        raise UnsupportedQuestion(
            _("Its tolerance “%(text)s” is not a number.") % {"text": right[0].tolerance[:40]}
        ) from error
    question.correct_feedback = right[0].feedback


def add_general_feedback(question: Question, general: str) -> None:
    """Add Moodle's general feedback, which every student gets, to the feedback of the question or of its choices."""
    if not general:
        return
    if question.kind == "multiple_choice":
        question.remarks.append(
            _("Its general feedback is left out: here a multiple choice question has feedback for its choices only.")
        )
    elif question.kind == "single_choice":
        for part in question.parts:
            part.feedback = f"{part.feedback}\n\n{general}".strip()
    else:
        question.correct_feedback = f"{question.correct_feedback or ''}\n\n{general}".strip()
        question.incorrect_feedback = f"{question.incorrect_feedback or ''}\n\n{general}".strip()


def set_true_false(question: Question, is_true: bool, if_true: str, if_false: str, language: str) -> None:
    """Make `question` a single choice of true and false, with the feedback `if_true` and `if_false`."""
    words = {"ko": ("참", "거짓")}.get(language, ("True", "False"))
    question.kind = "single_choice"
    question.parts = [
        Part(words[0], "true", is_true, if_true),
        Part(words[1], "false", not is_true, if_false),
    ]
