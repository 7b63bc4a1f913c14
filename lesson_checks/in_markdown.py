"""Write a question as Markdown, for the text of a lesson that an app or a reader takes as a whole. It says nothing of the key."""

import re

from django.utils.translation import gettext as _

from quizzes.attempts.presentation import PresentedQuestion

_BLANK = re.compile(r"\{\{[^{}]*\}\}")


def write_question(question: PresentedQuestion) -> str:
    """Return the question as a quotation: its text, and what there is to choose from."""
    body = question.body
    lines = [f"**{_('Check yourself')}**", "", *_BLANK.sub("____", question.text).split("\n")]
    options = [each["text"] for name in ("choices", "items", "lefts") for each in body.get(name, ())]
    if options:
        lines += ["", *(f"- {option}" for option in options)]
    if body.get("rights"):
        lines += ["", " / ".join(right["text"] for right in body["rights"])]
    return "\n".join(f"> {line}".rstrip() for line in lines)
