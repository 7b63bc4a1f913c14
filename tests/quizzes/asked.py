"""Questions of every kind without a database: small enough that a test can say what the whole of each thing is."""

from typing import Any

from questions import KINDS

TEXT = {"ko": "질문", "en": "Question"}
BASE: dict[str, Any] = {
    "uuid": "q",
    "points": "4.00",
    "text": TEXT,
    "html": {"ko": "<p>질문</p>", "en": "<p>Question</p>"},
    "lesson": "mlops#drift",
    "feedback": {"correct": {"en": "Yes"}, "incorrect": {"en": "No"}},
}
PUBLIC = {name: BASE[name] for name in ("uuid", "points", "text", "html")}
CHOICES = [
    {
        "uuid": f"c{n}",
        "text": {"en": f"Choice {n}"},
        "html": {"en": f"<p>Choice {n}</p>"},
        "correct": n == 0,
        "feedback": {"en": f"About {n}" if n < 2 else ""},
        "lesson": "other#place" if n == 1 else "",
    }
    for n in range(3)
]
SHORT = {"accept": ["Data Drift"], "known_wrong": [{"answers": ["concept drift"], "feedback": {"en": "Another term"}}]}
DEFINITIONS: dict[str, dict[str, Any]] = {
    "single_choice": {},
    "multiple_choice": {"credit": "partial"},
    "short_answer": {"near_misses": "review"},
    "numeric": {"value": 250, "tolerance": 5, "unit": "ms", "units": {"s": 1000}, "unit_required": True},
    "ordering": {"items": [{"key": n, "text": {"en": f"Step {n}"}} for n in "bac"], "credit": "partial"},
    "matching": {
        "pairs": [{"key": n, "left": {"en": f"Left {n}"}, "right": {"en": f"Right {n}"}} for n in "ba"],
        "distractors": [{"key": "z", "text": {"en": "Right z"}}],
        "credit": "partial",
    },
    "fill_in": {"blanks": [{"key": n, "accept": [f"word {n}", n * 3]} for n in "ab"], "credit": "partial"},
    "hand_in": {
        "rubric": [
            {"key": "why", "text": {"en": "Reasons"}, "points": 3},
            {"key": "how", "text": {"en": "Figures"}, "points": 1},
        ],
        "text": False,
        "files": {"max": 2, "types": ["pdf"]},
        "notes": {"en": "Look for bias"},
    },
}


def html(texts: dict[str, str]) -> dict[str, str]:
    return {code: f"<p>{text}</p>" for code, text in texts.items()}


def built(kind: str, definition: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the kind makes of its definition; a part's uuid is its key in angle brackets."""
    definition = DEFINITIONS[kind] if definition is None else definition
    return KINDS[kind].build(definition, identify=lambda name: f"<{name}>", html=html)


def spec(kind: str, **changes: Any) -> dict[str, Any]:
    """A full spec, with its key."""
    more: dict[str, Any] = {
        "short_answer": SHORT,
        "single_choice": {"choices": CHOICES},
        "multiple_choice": {"choices": CHOICES},
    }
    marked = {"en": "One {{a}}, two {{b}}."}
    texts = {"text": marked, "html": html(marked)} if kind == "fill_in" else {}
    return {**BASE, "kind": kind, **texts, **built(kind), **more.get(kind, {}), **changes}


def public(kind: str, **changes: Any) -> dict[str, Any]:
    return KINDS[kind].public_form(spec(kind, **changes))


def english(texts: dict[str, str]) -> str:
    return texts.get("en", "")
