"""Owns how a question in one language joins the one that the database holds: fields as `course_files.quizzes` has them.

A text fills its language's place and leaves the others. What a format cannot say stays. Parts (choices, items, pairs,
gaps) keep their keys, which are their names in answers: found by the source's own key, by their text, by their place.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from course_files.merging import Fields
from exchange.html import conversion
from exchange.shape import NotBrought, Question, Wrong, plain_number
from quizzes.questions import KINDS
from quizzes.questions.short_answers import normalise

Texts = dict[str, str]
_IN_PARTS = frozenset({"multiple_choice", "matching", "fill_in"})
# (the source's key, the text in its language)
Name = tuple[str, str]


def fields_of(question: Question, current: Fields | None, *, language: str) -> Fields:
    """What the database is to say. Raises NotBrought where the two cannot be one question."""
    if current is not None and current["kind"] != question.kind:
        kind = KINDS[current["kind"]].label
        raise NotBrought(
            _("Here a question of this name is of another kind (%(kind)s). Give one of them another name.")
            % {"kind": _(kind)}
        )
    return _Join(question, current or {}, language).fields()


class _Join:
    def __init__(self, question: Question, current: Fields, language: str) -> None:
        self.question = question
        self.current = current
        self.language = language
        # Whether the question speaks another language too, which its file says nothing about.
        self.shared = any(code != language and text for code, text in current.get("text", {}).items())

    def fields(self) -> Fields:
        question, current = self.question, self.current
        # First, as it brings the marks of gaps in the text into line.
        definition = self.definition()
        fields: Fields = {
            "kind": question.kind,
            "points": question.points or current.get("points", "1.00"),
            "lesson": current.get("lesson", ""),
            "text": self.text(question.text, current.get("text")),
            "archived": False,
        }
        if current.get("pool"):
            fields["pool"] = current["pool"]
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
        """The text by language; one that is read as before stays as it is written."""
        texts = {code: text for code, text in (current or {}).items() if code != self.language}
        before = (current or {}).get(self.language, "")
        if new is None or conversion.same(new, before):
            new = before
        return {**texts, self.language: new} if new else texts

    def places(
        self, names: Sequence[Name], current: Sequence[Fields], text: str, prefix: str
    ) -> list[tuple[str, Fields]]:
        """For each part its key, and the part that it was until now ({}: it is new)."""
        found = matched(names, [(part["key"], part[text].get(self.language, "")) for part in current])
        by_key = {part["key"]: part for part in current}
        gone = [part for part in current if part["key"] not in found]
        if self.shared and any(code != self.language and said for part in gone for code, said in part[text].items()):
            raise NotBrought(
                _("The file has fewer parts than the question has in its other language. Remove them here first.")
            )
        used, places = {key for key in found if key} | set(by_key), []
        for key, (own, _text) in zip(found, names, strict=True):
            chosen = key or (own if own and own not in used else free(prefix, used))
            used.add(chosen)
            places.append((chosen, by_key.get(key, {})))
        return places

    def choices(self) -> list[Fields]:
        parts = self.question.parts
        places = self.places(
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
        """Accepted answers have no language: beside a text in another one, those that were accepted stay accepted."""
        accept = self.united(self.question.accept, self.current.get("accept", []))
        known: list[Fields] = self.current.get("known_wrong", [])
        if not self.shared:
            groups = [(wrong, _group_of(wrong, known)) for wrong in self.question.wrong]
            return {
                "accept": accept,
                "known_wrong": [
                    {
                        "answers": _as_written(wrong.answers, (before or {}).get("answers", [])),
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
            before["answers"] = self.united(wrong.answers, before["answers"])
            before["feedback"] = self.text(wrong.feedback, before["feedback"])
        return {"accept": accept, "known_wrong": joined}

    def united(self, new: Sequence[str], current: Sequence[str]) -> list[str]:
        if not self.shared:
            return _as_written(new, current)
        said = {normalise(text) for text in current}
        return [*current, *(text for text in new if normalise(text) not in said)]

    def definition(self) -> dict[str, Any]:
        question = self.question
        definition = dict(self.current.get("definition", {}))
        if question.kind == "numeric":
            usual = {"tolerance": 0, "unit": "", "units": {}, "unit_required": False}
            for name, value in question.more.items():
                _put(definition, name, value, usual.get(name))
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
            # Where a format cannot say it, each right part counts: so it is in those formats.
            credit = "partial"
        if credit is not None:
            _put(definition, "credit", credit, "all")
        return definition

    def items(self, current: list[Fields]) -> list[Fields]:
        parts = self.question.parts
        places = self.places([(part.key, part.text) for part in parts], current, "text", "item")
        return [
            {"key": key, "text": self.text(part.text, before.get("text"))}
            for part, (key, before) in zip(parts, places, strict=True)
        ]

    def match(self, definition: dict[str, Any]) -> None:
        pairs = [pair for pair in self.question.pairs if pair.left]
        places = self.places([(pair.key, pair.left) for pair in pairs], definition.get("pairs", []), "left", "pair")
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
        places = self.places(names, definition.get("distractors", []), "text", "distractor")
        distractors = [
            {"key": key, "text": self.text(pair.right, before.get("text"))}
            for pair, (key, before) in zip(others, places, strict=True)
        ]
        _put(definition, "distractors", distractors, [])

    def fill(self, definition: dict[str, Any]) -> None:
        """Gaps are found by their key or their place in the text; the text's marks follow."""
        current: list[Fields] = definition.get("blanks", [])
        blanks = self.question.blanks
        if self.shared and len(blanks) != len(current):
            raise NotBrought(_("It has not as many gaps as the question has in its other language."))
        in_text = _in_order(current, self.current.get("text", {}).get(self.language, ""))
        keys = {blank["key"] for blank in current}
        text, found = self.question.text, []
        for place, blank in enumerate(blanks):
            before = next((one for one in current if one["key"] == blank.key), None)
            if before is None and place < len(in_text) and not any(other.key in keys for other in blanks):
                before = in_text[place]
            key = before["key"] if before else blank.key
            text = text.replace(f"{{{{{blank.key}}}}}", f"\x02{key}\x03")
            found.append({"key": key, "accept": self.united(blank.accept, before["accept"] if before else [])})
        self.question.text = text.replace("\x02", "{{").replace("\x03", "}}")
        order = [blank["key"] for blank in current]
        definition["blanks"] = sorted(
            found, key=lambda one: order.index(one["key"]) if one["key"] in order else len(order)
        )

    def hand_in(self, definition: dict[str, Any]) -> None:
        """No format knows the rubric: the one that is here stays, a new question gets one of a single line."""
        points = self.question.points or self.current.get("points", "1.00")
        rubric: list[Fields] = definition.get("rubric", [])
        if not rubric or (len(rubric) == 1 and rubric[0]["key"] == "overall"):
            text = dict(rubric[0]["text"]) if rubric else {}
            text.setdefault(self.language, {"ko": "전체"}.get(self.language, "Overall"))
            definition["rubric"] = [{"key": "overall", "text": text, "points": plain_number(points)}]
        more = self.question.more
        if "text" in more:
            _put(definition, "text", more["text"], True)
        if "files" in more:
            before = definition.get("files", {"max": 0})
            _put(definition, "files", {**before, "max": more["files"]["max"]}, {"max": 0})
        if "notes" in more:
            _put(definition, "notes", self.text(more["notes"], definition.get("notes")), {})


def matched(names: Sequence[Name], current: Sequence[Name]) -> list[str]:
    """For each named part the key of the current one that it is, "" for a new one."""
    found = [""] * len(names)
    left = list(current)

    def take(place: int, index: int) -> None:
        found[place] = left.pop(index)[0]

    for place, (key, _text) in enumerate(names):
        index = next((at for at, (known, _said) in enumerate(left) if key and known == key), None)
        if index is not None:
            take(place, index)
    for place, (_key, text) in enumerate(names):
        index = next((at for at, (_known, said) in enumerate(left) if said and conversion.same(said, text)), None)
        if not found[place] and index is not None:
            take(place, index)
    at_place = {at: key for at, (key, _said) in enumerate(current)}
    for place in range(len(names)):
        index = next((at for at, (known, _said) in enumerate(left) if known == at_place.get(place)), None)
        if not found[place] and index is not None:
            take(place, index)
    return found


def free(prefix: str, used: set[str]) -> str:
    """A key that nothing has yet."""
    number = 1
    while f"{prefix}-{number}" in used:
        number += 1
    return f"{prefix}-{number}"


def _in_order(blanks: list[Fields], text: str) -> list[Fields]:
    """The gaps as they stand in the text, or, where there is no text yet, as they are listed."""
    if not text:
        return blanks
    return sorted(blanks, key=lambda blank: text.find(f"{{{{{blank['key']}}}}}"))


def _group_of(wrong: Wrong, groups: list[Fields]) -> Fields | None:
    said = {normalise(text) for text in wrong.answers}
    return next((group for group in groups if said & {normalise(text) for text in group["answers"]}), None)


def _as_written(new: Sequence[str], current: Sequence[str]) -> list[str]:
    """The new list; the current one where they are the same, whatever their order."""
    return list(current) if sorted(new) == sorted(current) else list(new)


def _put(definition: dict[str, Any], name: str, value: Any, usual: Any) -> None:
    """Say it in the definition, unless that means the same already."""
    if definition.get(name, usual) == value:
        return
    if value == usual:
        definition.pop(name, None)
    else:
        definition[name] = value
