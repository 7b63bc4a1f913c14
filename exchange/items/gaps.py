"""Check and shorten what other systems put into a gap, before it becomes a menu or a number here."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from exchange.items.questions import Part, Question, UnsupportedQuestion
from exchange.items.values import clean
from questions.blanks import BLANK_SCHEMA, LIMIT

_MOST = BLANK_SCHEMA["properties"]["choices"]["maxItems"]


def menu(choices: Sequence[Part], *, is_whole: bool = True) -> list[Part]:
    """Return the choices of a menu, equal ones once. Raises UnsupportedQuestion if this site cannot have such a menu.

    `is_whole`: the texts have not lost anything, so that equal ones were equal in the file.
    """
    found: dict[str, Part] = {}
    if not is_whole and len({choice.text for choice in choices}) < len(choices):
        raise UnsupportedQuestion(_("Two of its choices are the same without what is left out of them."))
    for choice in choices:
        text = " ".join(clean(choice.text).split())
        before = found.setdefault(text, Part(text, choice.key, choice.correct))
        before.correct = before.correct or choice.correct
    if not 2 <= len(found) <= _MOST or "" in found:
        raise UnsupportedQuestion(
            _("A gap of it does not have from 2 to %(most)d different choices.") % {"most": _MOST}
        )
    if not any(choice.correct for choice in found.values()):
        raise UnsupportedQuestion(_("It does not say which answer is right."))
    if all(choice.correct for choice in found.values()):
        raise UnsupportedQuestion(_("All choices of a gap are right."))
    if any(len(text) > LIMIT for text in found):
        raise UnsupportedQuestion(_("Its text is too long or nested too deeply."))
    return list(found.values())


def remark(question: Question, text: str) -> None:
    """Add a remark, once."""
    if text not in question.remarks:
        question.remarks.append(text)


def plain_choices() -> str:
    """Return the remark on choices of a menu that have lost their formatting."""
    return _("The formatting of the choices in its text is left out: a menu has none.")


def losses(question: Question) -> list[str]:
    """Return what no format has of the gaps of a question."""
    if any(blank.extra.get("unit") for blank in question.blanks):
        return [_("the units of the numbers in its text")]
    return []
