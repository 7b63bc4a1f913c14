"""`manage.py try_answer`: show how short answers would be graded, and why. Reads and writes JSON lines."""

import json
import sys
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils.translation import gettext as _

from questions.comparing.short_answers import decide
from quizzes.grading.explanations import explain

# The longest line that is read, in characters. An answer has at most 500.
LINE_LIMIT = 100_000


class Command(BaseCommand):
    help = (
        'Read JSON lines such as {"accept": ["지도학습"], "wrong": ["비지도학습"], "answer": "지도 학습입니다"} from standard '
        'input; print {"decision", "rule", "matched", "compared", "explanation"} for each.'
    )

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0
        for number, line in enumerate(sys.stdin, 1):
            if not line.strip():
                continue
            try:
                answer = self.answer(line)
            except ValueError as error:
                faults += 1
                answer = {"error": _("Line %(line)d: %(why)s") % {"line": number, "why": error}}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            self.stdout.flush()
        if faults:
            raise CommandError(_("%(n)d of the lines could not be read.") % {"n": faults})

    def answer(self, line: str) -> dict[str, str]:
        """Return the decision for one line. Raises ValueError if the line is malformed."""
        if len(line) > LINE_LIMIT:
            raise ValueError(_("it is too long."))
        try:
            asked = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise ValueError(_("it is not JSON.")) from error
        shape = _("it needs “accept”, a list of texts, and “answer”, a text; “wrong” may be a list of texts.")
        if not isinstance(asked, dict) or not isinstance(asked.get("answer"), str):
            raise ValueError(shape)
        lists = [asked.get("accept"), asked.get("wrong", [])]
        if not all(isinstance(texts, list) and all(isinstance(text, str) for text in texts) for texts in lists):
            raise ValueError(shape)
        decision = decide(asked["answer"], *lists)
        return {
            "decision": decision.verdict,
            "rule": decision.rule,
            "matched": decision.matched,
            "compared": decision.compared,
            "explanation": explain(decision),
        }
