"""Say which operations there are, and what each consists of. It imports nothing: every process reads it at its start."""

# The fields of each kind, besides id, kind and at: those that it must have, and those that it may have.
FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "lesson_done": (("lesson",), ()),
    "position": (("lesson", "anchor"), ()),
    "answer": (("attempt", "question", "response"), ("sequence",)),
    "attempt_submit": (("attempt",), ()),
    "note_write": (("lesson", "anchor"), ("quote", "prefix", "suffix", "body", "language")),
    "note_change": (("note", "body", "seen"), ("lesson", "anchor", "quote", "prefix", "suffix", "language")),
    "note_delete": (("note",), ("seen",)),
    "practice_answer": (("card", "turn", "response"), ()),
    "check_answer": (("lesson", "question", "response"), ()),
    "flag": (("attempt", "question", "is_flagged"), ()),
    "discussion_ask": (("lesson", "anchor", "body"), ("quote", "prefix", "suffix")),
    "message_read": (("message",), ()),
}
# What apps may try to keep as an operation, too, and what needs a network: operations of the API. The questions of an attempt are
# drawn when it starts, and what an answer was worth is said only when it can no longer be changed.
NEED_NETWORK = ("attempt_start", "answer_check", "attempt_reveal")
