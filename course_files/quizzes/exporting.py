"""Write the records of quizzes as files. The same records always give the same bytes."""

from collections.abc import Mapping, Sequence
from typing import Any

from course_files import plain_yaml
from course_files.course.texts import ordered
from course_files.merging import Fields, Key


def quizzes_to_files(records: Mapping[Key, Fields], course: Mapping[Key, Fields]) -> dict[str, bytes]:
    """Return {file name: content} of the quizzes and checks in `records`.

    `course` are the records of the course, which contain the titles of quizzes and the numbers of lessons.
    """
    languages = course["course",]["languages"]
    result = {}
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
            head["rules"] = quiz["rules"]
        filled = {name: value for name, value in head.items() if value}
        result[name] = plain_yaml.dump({**filled, "questions": questions}).encode()
    return result


def _question(key: str, fields: Fields, languages: Sequence[str]) -> dict[str, Any]:
    points = float(fields["points"])
    result: dict[str, Any] = {
        "key": key,
        "kind": fields["kind"],
        "points": int(points) if points.is_integer() else points,
        "pool": fields.get("pool", ""),
        "lesson": fields["lesson"],
        "text": ordered(fields["text"], languages),
        "definition": fields.get("definition", {}),
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
