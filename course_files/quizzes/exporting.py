"""Write the records of quizzes as files. The same records always give the same bytes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from course_files import yaml_writing
from course_files.course.texts import LANGUAGES, ordered
from course_files.merging import Fields, Key
from course_files.plain_yaml import Document
from course_files.quizzes.parsing import QuizFile
from questions import KINDS


def quizzes_to_files(records: Mapping[Key, Fields], course: Mapping[Key, Fields]) -> dict[str, bytes]:
    """Return {file name: content} of the quizzes and checks in `records`.

    `course` are the records of the course, which contain the titles of quizzes and the numbers of lessons.
    """
    return {file.name: yaml_writing.dump(file.document.value).encode() for file in quiz_files(records, course)}


def quiz_files(records: Mapping[Key, Fields], course: Mapping[Key, Fields]) -> Iterator[QuizFile]:
    """Yield the same quizzes and checks as they are in the files, without the numbers of lines."""
    languages = course["course",]["languages"]
    for key, quiz in records.items():
        activity = course.get(("activity", key[1])) if key[0] == "quiz" else None
        if activity is None or activity["archived"] or quiz["archived"] or not quiz["questions"]:
            continue
        questions = [_question(name, records["question", key[1], name], languages) for name in quiz["questions"]]
        if quiz["check"]:
            name = f"checks/{activity['code']}.yaml"
            head: dict[str, Any] = {"title": ordered(quiz["title"], languages)}
        else:
            name = f"quizzes/{key[1]}.yaml"
            head = {"slug": key[1], "title": ordered(activity["title"], languages)}
        head["intro"] = ordered(quiz["intro"], languages)
        if not quiz["check"]:
            head["rules"] = {name: _in_order(value, {}, languages) for name, value in quiz["rules"].items()}
        filled = {name: value for name, value in head.items() if value}
        yield QuizFile(name, key[1], quiz["check"], Document({**filled, "questions": questions}))


def _question(key: str, fields: Fields, languages: Sequence[str]) -> dict[str, Any]:
    points = float(fields["points"])
    result: dict[str, Any] = {
        "key": key,
        "kind": fields["kind"],
        "points": int(points) if points.is_integer() else points,
        "pool": fields.get("pool", ""),
        "lesson": fields["lesson"],
        "objective": fields.get("objective"),
        "level": fields.get("level"),
        "text": ordered(fields["text"], languages),
        "definition": _in_order(fields.get("definition", {}), KINDS[fields["kind"]].schema, languages),
    }
    if "choices" in fields:
        result["choices"] = [_choice(choice, languages) for choice in fields["choices"]]
    else:
        result["accept"] = fields.get("accept")
        result["feedback"] = {name: ordered(text, languages) for name, text in fields["feedback"].items() if text}
        result["known_wrong"] = [
            _filled({"answers": known["answers"], "feedback": ordered(known["feedback"], languages)})
            for known in fields.get("known_wrong", [])
        ]
    return _filled(result)


def _in_order(value: Any, shape: Mapping[str, Any], languages: Sequence[str]) -> Any:
    """Return `value` with its names in the order of the JSON Schema `shape`, and other names sorted.

    PostgreSQL stores a JSON object without the order of its names.
    """
    if isinstance(value, list):
        return [_in_order(item, shape.get("items", {}), languages) for item in value]
    if not isinstance(value, dict):
        return value
    if value and set(value) <= set(LANGUAGES):
        return ordered(value, languages)
    properties = shape.get("properties", {})
    names = [*(name for name in properties if name in value), *sorted(value.keys() - properties.keys())]
    return {name: _in_order(value[name], properties.get(name, {}), languages) for name in names}


def _choice(choice: Fields, languages: Sequence[str]) -> dict[str, Any]:
    return _filled(
        {
            "key": choice["key"],
            "correct": choice["correct"],
            "text": ordered(choice["text"], languages),
            "feedback": ordered(choice["feedback"], languages),
            "lesson": choice["lesson"],
        }
    )


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
