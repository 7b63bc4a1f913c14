"""Write the records of a course as files. The same records always give the same bytes."""

from collections.abc import Mapping
from typing import Any

from course_files import yaml_writing
from course_files.course.grading import GRADING, categories_for_file, quizzes_for_file
from course_files.course.texts import ordered
from course_files.merging import Fields, Key

_OBJECTIVE = ("text", "covered_by")
_CRITERION = ("key", "points", "title", "description")


def course_to_files(slug: str, records: Mapping[Key, Fields], assets: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return {file name: content}: course.yaml, glossary.yaml if there are terms, the lessons and the assets."""
    course = records["course",]
    languages: list[str] = course["languages"]
    result = {"course.yaml": yaml_writing.dump(_course(slug, records, languages)).encode()}
    terms = [_term(key[1], fields, languages) for key, fields in sorted(records.items()) if key[0] == "term"]
    if terms:
        result["glossary.yaml"] = yaml_writing.dump({"terms": terms}).encode()
    for key, fields in records.items():
        activity = records.get(("activity", key[1])) if key[0] == "edition" else None
        if activity and not activity["archived"] and key[2] in languages:
            name = f"lessons/{activity['code']}.{key[2]}.md"
            result[name] = _lesson(key[1], activity["lesson_kind"], fields).encode()
    result |= {f"assets/{name}": content for name, content in sorted(assets.items())}
    return result


def _course(slug: str, records: Mapping[Key, Fields], languages: list[str]) -> dict[str, Any]:
    course = records["course",]
    result: dict[str, Any] = {
        "format": 1,
        "slug": slug,
        "languages": languages,
        "title": ordered(course["title"], languages),
    }
    if course["summary"]:
        result["summary"] = ordered(course["summary"], languages)
    result["enrolment"] = course["enrolment"]
    if course["enrolment_code"]:
        result["enrolment_code"] = course["enrolment_code"]
    grading = records.get(GRADING)
    counted = quizzes_for_file(grading) if grading else {}
    if grading and grading["categories"]:
        result["grade_categories"] = categories_for_file(grading)
    result["modules"] = [_module(module, records, languages, counted) for module in course["modules"]]
    return result


def _module(
    slug: str, records: Mapping[Key, Fields], languages: list[str], counted: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    module = records["module", slug]
    return {
        "slug": slug,
        "number": module["number"],
        "title": ordered(module["title"], languages),
        "activities": [
            {**_activity(activity, records["activity", activity]), **counted.get(activity, {})}
            for activity in module["activities"]
        ],
    }


def _activity(slug: str, fields: Fields) -> dict[str, Any]:
    result = {"lesson": slug, "code": fields["code"]} if fields["kind"] == "lesson" else {"quiz": slug}
    return result if fields["required"] else {**result, "required": False}


def _lesson(slug: str, kind: str, fields: Fields) -> str:
    front = {"slug": slug, "kind": kind, "title": fields["title"], "minutes": fields["minutes"]}
    for name, keys in (("objectives", _OBJECTIVE), ("rubric", _CRITERION)):
        if fields[name]:
            # PostgreSQL does not preserve the order of JSON keys.
            front[name] = [{key: item[key] for key in keys if item[key]} for item in fields[name]]
    return f"---\n{yaml_writing.dump(front)}---\n\n{fields['body']}\n"


def _term(key: str, fields: Fields, languages: list[str]) -> dict[str, Any]:
    lesson = {"lesson": fields["lesson"]} if fields["lesson"] else {}
    return {
        "key": key,
        **lesson,
        "term": ordered(fields["term"], languages),
        "definition": ordered(fields["definition"], languages),
    }
