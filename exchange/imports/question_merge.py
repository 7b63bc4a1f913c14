"""Merge an imported question, which has one language, with the stored question.

The result has the fields of a question's record in `course_files.quizzes`. An imported text replaces the stored text in its
language only. What the format cannot express is kept. Choices, items, pairs and gaps keep their keys, because answers refer to
the keys. `find_matches` decides which stored part belongs to which imported part.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from course_files.merging import Fields
from exchange.html import conversion
from exchange.items.questions import Blank, Part, Question, UnsupportedQuestion, WrongAnswers
from exchange.items.values import plain_number
from questions import KINDS
from questions.comparing.short_answers import normalise

Texts = dict[str, str]
_IN_PARTS = frozenset({"multiple_choice", "matching", "fill_in"})
# (the key in the file or "", the text in the language of the file)
PartName = tuple[str, str]


def merge_fields(question: Question, current: Fields | None, *, language: str) -> Fields:
    """Return the fields to store. Raises UnsupportedQuestion if the two questions cannot be merged."""
    if current is not None and current["kind"] != question.kind:
        kind = KINDS[current["kind"]].label
        raise UnsupportedQuestion(
            _("The quiz has a question of this name of another kind (%(kind)s). Rename one of them.")
            % {"kind": _(kind)}
        )
    return _Merge(question, current or {}, language).fields()


class _Merge:
    def __init__(self, question: Question, current: Fields, language: str) -> None:
        self.question = question
        self.current = current
        self.language = language
        # Whether the stored question also has a text in another language.
        self.has_other_language = any(code != language and text for code, text in current.get("text", {}).items())

    def fields(self) -> Fields:
        question, current = self.question, self.current
        # This comes first, because it replaces the keys of gaps in the question's text.
        definition = self.definition()
        fields: Fields = {
            "kind": question.kind,
            "points": question.points or current.get("points", "1.00"),
            "lesson": current.get("lesson", ""),
            "text": self.text(question.text, current.get("text")),
            "archived": False,
        }
        fields |= {name: current[name] for name in ("pool", "objective", "level") if current.get(name)}
        if definition:
            fields["definition"] = definition
        rows = KINDS[question.kind].rows
        if rows == "choices":
            return {**fields, "choices": self.choices()}
        feedback = current.get("feedback", {})
        fields["feedback"] = {
            "correct": self.text(question.correct_feedback, feedback.get("correct")),
            "incorrect": self.text(question.incorrect_feedback, feedback.get("incorrect")),
        }
        return {**fields, **self.answers()} if rows == "answers" else fields

    def text(self, new: str | None, current: Mapping[str, str] | None) -> Texts:
        """Return the text by language with the new text. A stored text that renders the same is kept."""
        texts = {code: text for code, text in (current or {}).items() if code != self.language}
        before = (current or {}).get(self.language, "")
        if new is None or conversion.renders_same(new, before):
            new = before
        return {**texts, self.language: new} if new else texts

    def match_parts(
        self, names: Sequence[PartName], current: Sequence[Fields], text: str, prefix: str
    ) -> list[tuple[str, Fields]]:
        """Return (key, stored part) for each part of the file. The stored part of a new part is {}.

        Raises UnsupportedQuestion if a stored part with a text in another language has no match.
        """
        found = find_matches(names, [(part["key"], part[text].get(self.language, "")) for part in current])
        by_key = {part["key"]: part for part in current}
        unmatched = [part for part in current if part["key"] not in found]
        if self.has_other_language and any(
            code != self.language and value for part in unmatched for code, value in part[text].items()
        ):
            raise UnsupportedQuestion(
                _(
                    "The file has fewer parts than the question has in its other language. Remove them in the quiz first."
                )
            )
        used, result = {key for key in found if key} | set(by_key), []
        for key, (own, _text) in zip(found, names, strict=True):
            chosen = key or (own if own and own not in used else unused_key(prefix, used))
            used.add(chosen)
            result.append((chosen, by_key.get(key, {})))
        return result

    def choices(self) -> list[Fields]:
        parts = self.question.parts
        places = self.match_parts(
            [(part.key, part.text) for part in parts], self.current.get("choices", []), "text", "choice"
        )
        return [
            {
                "key": key,
                "correct": part.correct,
                "text": self.text(part.text, before.get("text")),
                "feedback": self.text(part.feedback, before.get("feedback")),
                "lesson": before.get("lesson", ""),
            }
            for part, (key, before) in zip(parts, places, strict=True)
        ]

    def answers(self) -> Fields:
        """Return the accepted and the known wrong answers. They have no language.

        If the question also has another language, stored answers are kept, and those of the file are added.
        """
        accept = self.merge_answers(self.question.accept, self.current.get("accept", []))
        known: list[Fields] = self.current.get("known_wrong", [])
        if not self.has_other_language:
            groups = [(wrong, _group_of(wrong, known)) for wrong in self.question.wrong]
            return {
                "accept": accept,
                "known_wrong": [
                    {
                        "answers": _keep_order(wrong.answers, (before or {}).get("answers", [])),
                        "feedback": self.text(wrong.feedback, (before or {}).get("feedback")),
                    }
                    for wrong, before in groups
                ],
            }
        joined = [dict(group) for group in known]
        for wrong in self.question.wrong:
            before = _group_of(wrong, joined)
            if before is None:
                joined.append(before := {"answers": [], "feedback": {}})
            before["answers"] = self.merge_answers(wrong.answers, before["answers"])
            before["feedback"] = self.text(wrong.feedback, before["feedback"])
        return {"accept": accept, "known_wrong": joined}

    def merge_answers(self, new: Sequence[str], current: Sequence[str]) -> list[str]:
        if not self.has_other_language:
            return _keep_order(new, current)
        known = {normalise(text) for text in current}
        return [*current, *(text for text in new if normalise(text) not in known)]

    def definition(self) -> dict[str, Any]:
        question = self.question
        definition = dict(self.current.get("definition", {}))
        if question.kind == "numeric":
            defaults = {"tolerance": 0, "unit": "", "units": {}, "unit_required": False}
            for name, value in question.extra.items():
                _put(definition, name, value, defaults.get(name))
        elif question.kind == "ordering":
            definition["items"] = self.items(definition.get("items", []))
        elif question.kind == "matching":
            self.match(definition)
        elif question.kind == "fill_in":
            self.fill(definition)
        elif question.kind == "hand_in":
            self.hand_in(definition)
        credit = question.credit
        if credit is None and not self.current and question.kind in _IN_PARTS:
            # The format has no setting for credit: in it each right part earns points.
            credit = "partial"
        if credit is not None:
            _put(definition, "credit", credit, "all")
        return definition

    def items(self, current: list[Fields]) -> list[Fields]:
        parts = self.question.parts
        places = self.match_parts([(part.key, part.text) for part in parts], current, "text", "item")
        return [
            {"key": key, "text": self.text(part.text, before.get("text"))}
            for part, (key, before) in zip(parts, places, strict=True)
        ]

    def match(self, definition: dict[str, Any]) -> None:
        pairs = [pair for pair in self.question.pairs if pair.left]
        places = self.match_parts(
            [(pair.key, pair.left) for pair in pairs], definition.get("pairs", []), "left", "pair"
        )
        definition["pairs"] = [
            {
                "key": key,
                "left": self.text(pair.left, before.get("left")),
                "right": self.text(pair.right, before.get("right")),
            }
            for pair, (key, before) in zip(pairs, places, strict=True)
        ]
        others = [pair for pair in self.question.pairs if not pair.left]
        names = [(pair.key, pair.right) for pair in others]
        places = self.match_parts(names, definition.get("distractors", []), "text", "distractor")
        distractors = [
            {"key": key, "text": self.text(pair.right, before.get("text"))}
            for pair, (key, before) in zip(others, places, strict=True)
        ]
        _put(definition, "distractors", distractors, [])

    def fill(self, definition: dict[str, Any]) -> None:
        """Match gaps by key, then by position in the text. Replace their keys in the text by the stored keys."""
        current: list[Fields] = definition.get("blanks", [])
        blanks = self.question.blanks
        if self.has_other_language and len(blanks) != len(current):
            raise UnsupportedQuestion(_("It does not have as many gaps as the question has in its other language."))
        in_text = _in_order(current, self.current.get("text", {}).get(self.language, ""))
        keys = {blank["key"] for blank in current}
        text, found = self.question.text, []
        for place, blank in enumerate(blanks):
            before = next((one for one in current if one["key"] == blank.key), None)
            if before is None and place < len(in_text) and not any(other.key in keys for other in blanks):
                before = in_text[place]
            key = before["key"] if before else blank.key
            text = text.replace(f"{{{{{blank.key}}}}}", f"\x02{key}\x03")
            found.append({"key": key, **self.fill_blank(blank, before or {})})
        self.question.text = text.replace("\x02", "{{").replace("\x03", "}}")
        order = [blank["key"] for blank in current]
        definition["blanks"] = sorted(
            found, key=lambda one: order.index(one["key"]) if one["key"] in order else len(order)
        )

    def fill_blank(self, blank: Blank, before: Fields) -> Fields:
        """Return what stands in a gap: words, a menu or a number, merged with a stored gap of the same type."""
        if blank.choices:
            return {"choices": self.menu(blank.choices, before.get("choices", []))}
        if not blank.extra:
            return {"accept": self.merge_answers(blank.accept, before.get("accept", []))}
        fields: Fields = {name: before[name] for name in ("tolerance", "unit") if "value" in before and name in before}
        fields["value"] = blank.extra["value"]
        _put(fields, "tolerance", blank.extra.get("tolerance", 0), 0)
        return fields

    def menu(self, choices: list[Part], current: list[Fields]) -> list[Fields]:
        places = self.match_parts([(part.key, part.text) for part in choices], current, "text", "choice")
        if self.has_other_language and current and not all(before for _key, before in places):
            raise UnsupportedQuestion(
                _("A menu in its text has more choices than in its other language. Add them in the quiz first.")
            )
        return [
            {
                "key": key,
                **({"correct": True} if part.correct else {}),
                # Plain text, which `text` would compare as Markdown.
                "text": {**before.get("text", {}), self.language: part.text},
            }
            for part, (key, before) in zip(choices, places, strict=True)
        ]

    def hand_in(self, definition: dict[str, Any]) -> None:
        """Merge a hand-in. No format has rubrics: a stored rubric is kept, and a new question gets one with a single criterion.

        The points of that single criterion are always those of the question.
        """
        points = self.question.points or self.current.get("points", "1.00")
        rubric: list[Fields] = definition.get("rubric", [])
        if not rubric or (len(rubric) == 1 and rubric[0]["key"] == "overall"):
            text = dict(rubric[0]["text"]) if rubric else {}
            text.setdefault(self.language, {"ko": "전체"}.get(self.language, "Overall"))
            definition["rubric"] = [{"key": "overall", "text": text, "points": plain_number(points)}]
        extra = self.question.extra
        if "text" in extra:
            _put(definition, "text", extra["text"], True)
        if "files" in extra:
            before = definition.get("files", {"max": 0})
            _put(definition, "files", {**before, "max": extra["files"]["max"]}, {"max": 0})
        if "notes" in extra:
            _put(definition, "notes", self.text(extra["notes"], definition.get("notes")), {})


def find_matches(names: Sequence[PartName], current: Sequence[PartName]) -> list[str]:
    """Return for each part the key of the stored part that it matches, or "" for a new part.

    Parts are matched by key first, then by text, then by position. Each stored part is matched at most once.
    """
    found = [""] * len(names)
    unmatched = list(current)

    def take(place: int, index: int) -> None:
        found[place] = unmatched.pop(index)[0]

    for place, (key, _text) in enumerate(names):
        index = next((at for at, (known, _text) in enumerate(unmatched) if key and known == key), None)
        if index is not None:
            take(place, index)
    for place, (_key, text) in enumerate(names):
        index = next(
            (at for at, (_known, stored) in enumerate(unmatched) if stored and conversion.renders_same(stored, text)),
            None,
        )
        if not found[place] and index is not None:
            take(place, index)
    at_place = {at: key for at, (key, _text) in enumerate(current)}
    for place in range(len(names)):
        index = next((at for at, (known, _text) in enumerate(unmatched) if known == at_place.get(place)), None)
        if not found[place] and index is not None:
            take(place, index)
    return found


def unused_key(prefix: str, used: set[str]) -> str:
    """Return the first of the keys "prefix-1", "prefix-2", … that is not used."""
    number = 1
    while f"{prefix}-{number}" in used:
        number += 1
    return f"{prefix}-{number}"


def _in_order(blanks: list[Fields], text: str) -> list[Fields]:
    """Return the gaps in the order of the text. Without a text, return them in the order of the list."""
    if not text:
        return blanks
    return sorted(blanks, key=lambda blank: text.find(f"{{{{{blank['key']}}}}}"))


def _group_of(wrong: WrongAnswers, groups: list[Fields]) -> Fields | None:
    answers = {normalise(text) for text in wrong.answers}
    return next((group for group in groups if answers & {normalise(text) for text in group["answers"]}), None)


def _keep_order(new: Sequence[str], current: Sequence[str]) -> list[str]:
    """Return the new list, or the current one if both contain the same answers."""
    before = sorted(" ".join(text.split("\n")) for text in current)
    return list(current) if sorted(new) in (before, sorted(current)) else list(new)


def _put(definition: dict[str, Any], name: str, value: Any, default: Any) -> None:
    """Set a value in the definition. A default value is left out."""
    if definition.get(name, default) == value:
        return
    if value == default:
        definition.pop(name, None)
    else:
        definition[name] = value
