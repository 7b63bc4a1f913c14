"""How graded quizzes count in the course grade: grade categories, and the weight and category of each quiz, as one record.

The record exists only where something differs from "each quiz counts once, by itself". Its digest of the last import is
`Course.grading_digest`: the rows belong to the gradebook, where instructors change them together on one page.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from course_files.files import Folder
from course_files.merging import Fields, Key, Outcome, Step, canonical
from course_files.plain_yaml import Document
from course_files.plain_yaml import Path as YamlPath
from courses.models import Course, GradeCategory, GradeItem

GRADING: Key = ("grading",)
_NOTHING: Fields = {"categories": [], "quizzes": []}
_ONCE = "1.00"


def parse_grading(folder: Folder, name: str, document: Document) -> Fields | None:
    """Return the record that course.yaml describes; None if it describes none. Faults are added to `folder`."""
    course = document.value
    categories: dict[str, Fields] = {}
    for index, category in enumerate(course.get("grade_categories", [])):
        path: YamlPath = ("grade_categories", index)
        title = canonical(category["name"])
        if title in categories or not title:
            folder.add_fault(name, document.line(path), _("“%(key)s” stands here twice.") % {"key": title})
        _check_weight(folder, name, document, path, category)
        categories[title] = {
            "name": title,
            "weight": f"{category.get('weight', 1):.2f}",
            "drop_lowest": category.get("drop_lowest", 0),
        }
    quizzes: list[Fields] = []
    for number, module in enumerate(course["modules"]):
        for position, activity in enumerate(module["activities"]):
            path = ("modules", number, "activities", position)
            title = canonical(activity.get("category", ""))
            if title and title not in categories:
                message = _("There is no such grade category: %(name)s") % {"name": title}
                folder.add_fault(name, document.line(path), message)
            _check_weight(folder, name, document, path, activity)
            weight = f"{activity.get('weight', 1):.2f}"
            if title or weight != _ONCE:
                quizzes.append({"quiz": activity["quiz"], "weight": weight, "category": title})
    return _record(categories.values(), quizzes)


def _check_weight(folder: Folder, name: str, document: Document, path: YamlPath, value: Fields) -> None:
    if round(value.get("weight", 1), 2) != value.get("weight", 1):
        folder.add_fault(name, document.line((*path, "weight")), _("Weights have at most two decimals."))


def _record(categories: Iterable[Fields], quizzes: Iterable[Fields]) -> Fields | None:
    """Return the record in one order, whatever the order of rows and lines; None if it says nothing."""
    record: Fields = {
        "categories": sorted(categories, key=lambda each: each["name"]),
        "quizzes": sorted(quizzes, key=lambda each: each["quiz"]),
    }
    return None if record == _NOTHING else record


def stored_grading(course: Course) -> Fields | None:
    """Return the record of the rows, without archived quizzes. Two queries."""
    categories = GradeCategory.objects.filter(course=course)
    items = GradeItem.objects.filter(activity__course=course, activity__archived_at=None)
    counted = items.filter(~Q(weight=1) | Q(category__isnull=False)).select_related("activity", "category")
    return _record(
        (
            {"name": canonical(each.name), "weight": f"{each.weight:.2f}", "drop_lowest": each.drop_lowest}
            for each in categories
        ),
        (
            {
                "quiz": item.activity.slug,
                "weight": f"{item.weight:.2f}",
                "category": canonical(item.category.name) if item.category else "",
            }
            for item in counted
        ),
    )


def categories_for_file(record: Fields) -> list[dict[str, Any]]:
    """Return `grade_categories` of course.yaml."""
    return [
        {
            "name": each["name"],
            "weight": _number(each["weight"]),
            **({"drop_lowest": each["drop_lowest"]} if each["drop_lowest"] else {}),
        }
        for each in record["categories"]
    ]


def quizzes_for_file(record: Fields) -> dict[str, dict[str, Any]]:
    """Return what the entries of quizzes in course.yaml say, by the quiz's slug."""
    return {
        each["quiz"]: {
            **({"weight": _number(each["weight"])} if each["weight"] != _ONCE else {}),
            **({"category": each["category"]} if each["category"] else {}),
        }
        for each in record["quizzes"]
    }


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


def write_grading(course: Course, steps: Iterable[Step]) -> None:
    """Execute the step of the record, if there is one. The quizzes must be stored already."""
    for step in steps:
        if step.key != GRADING:
            continue
        is_removed = step.outcome is Outcome.REMOVED
        if step.writes or is_removed:
            _write_rows(course, step.incoming or _NOTHING)
        digest = "" if is_removed else step.digest
        if digest is not None and digest != course.grading_digest:
            course.grading_digest = digest
            Course.objects.filter(pk=course.pk).update(grading_digest=digest)


def _write_rows(course: Course, record: Fields) -> None:
    wanted = {each["name"]: each for each in record["categories"]}
    known = {canonical(row.name): row for row in GradeCategory.objects.filter(course=course)}
    for name, row in known.items():
        if name not in wanted:
            row.delete()
    for name, each in wanted.items():
        row = known.setdefault(name, GradeCategory(course=course, name=name))
        row.weight, row.drop_lowest = Decimal(each["weight"]), each["drop_lowest"]
        row.save()
    quizzes = {each["quiz"]: each for each in record["quizzes"]}
    for item in GradeItem.objects.filter(activity__course=course, activity__archived_at=None).select_related(
        "activity"
    ):
        each = quizzes.get(item.activity.slug, {"weight": _ONCE, "category": ""})
        category = known[each["category"]].pk if each["category"] else None
        if (item.weight, item.category_id) != (Decimal(each["weight"]), category):
            GradeItem.objects.filter(pk=item.pk).update(weight=Decimal(each["weight"]), category=category)
