"""Define the tag that says on the page of a result that a person has set the grade."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from courses import gradebook
from quizzes.results.attempt_results import Result

register = template.Library()


@register.simple_tag
def grade_by_hand(result: Result) -> SafeString:
    """Return what a person has decided about the grade of the quiz, the oldest first, as HTML. No query."""
    rows: list[dict[str, Any]] = getattr(result.last_grade, "by_hand", None) or []
    lines = [
        {
            "percent": gradebook.percent_of(Decimal(str(row["points"])), Decimal(str(row["max_points"]))),
            "is_set": row["reason"] == "set",
            "note": row["note"],
            "at": datetime.fromisoformat(row["at"]),
        }
        for row in sorted(rows, key=lambda row: int(row["revision"]))
    ]
    return render_to_string("reports/_grade_by_hand.html", {"lines": lines}) if lines else SafeString("")
