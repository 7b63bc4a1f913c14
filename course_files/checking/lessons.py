"""Check lessons: editions, objectives, figures, reading time and the same structure in all languages."""

from collections.abc import Sequence
from math import ceil

from django.utils.translation import gettext as _

from common.markup import markdown
from course_files.checking.report import CourseCheck, figure_names, placed_questions, term_keys
from course_files.course.parsing import LessonFile

# Reading speed in characters (Korean) or words (English) per minute.
READ_PER_MINUTE = {"ko": 500, "en": 200}
# The given minutes may differ from the estimate by 3 minutes or by 50 % of the estimate, whichever is more.
MINUTES_TOLERANCE = (3, 0.5)
# The number of criteria in the rubric of a practice lesson.
CRITERIA = 4


def check_lessons(check: CourseCheck) -> None:
    """Check all editions of all lessons and add a line with the size of each."""
    for slug, code in check.course.codes.items():
        _check_lesson(check, slug, code)


def _check_lesson(check: CourseCheck, slug: str, code: str) -> None:
    editions = []
    for language in check.languages:
        if (slug, language) in check.course.editions:
            editions.append(check.course.editions[slug, language])
        else:
            check.add_fault(f"lessons/{code}.{language}.md", 0, _("This edition of the lesson is missing."))
    if slug not in check.quizzes:
        check.add_fault(f"checks/{code}.yaml", 0, _("This lesson has no check."))
    for edition in editions:
        _check_edition(check, slug, edition)
    for other in editions[1:]:
        _check_same_structure(check, editions[0], other)
        _check_same_questions(check, editions[0], other)
        _check_same_questions(check, other, editions[0])


def _check_edition(check: CourseCheck, slug: str, edition: LessonFile) -> None:
    front, name = edition.front.value, edition.name
    _check_objectives(check, slug, edition)
    if not edition.text.headings or edition.text.headings[-1].id != "summary":
        check.add_fault(name, 0, _("The last section of a lesson must be its summary: ## … {#summary}."))
    if front["kind"] == "practice":
        if len(front.get("rubric", [])) != CRITERIA:
            check.add_fault(name, 1, _("A practice needs a rubric of %(count)d criteria.") % {"count": CRITERIA})
    elif not figure_names(edition):
        check.add_fault(name, 0, _("A reading lesson needs a figure."))
    for reference in edition.text.references:
        if reference.kind == "figure" and not _is_for(edition.language, reference.target):
            check.add_fault(name, reference.line, _("This figure is not drawn in the language of the text."))
    _check_minutes(check, edition)


def _is_for(language: str, figure: str) -> bool:
    """Return whether the name of a figure allows it in a text of this language. A photo needs no language, a drawing does."""
    named = figure.split(".")[1:-1]
    return language in named or (not named and not figure.endswith(".svg"))


def _check_objectives(check: CourseCheck, slug: str, edition: LessonFile) -> None:
    headings = {f"#{heading.id}" for heading in edition.text.headings}
    quiz = check.quizzes.get(slug)
    questions = {f"?{question['key']}" for question in quiz.document.value["questions"]} if quiz else set()
    if not edition.front.value.get("objectives"):
        check.add_fault(edition.name, 1, _("This lesson has no objectives."))
    for index, objective in enumerate(edition.front.value.get("objectives", [])):
        line = edition.front.line(("objectives", index))
        covered = objective.get("covered_by", [])
        if not covered:
            check.add_fault(edition.name, line, _("Nothing covers this objective."))
        for place in covered:
            if place not in headings | questions:
                check.add_fault(edition.name, line, _("There is no %(place)s in this lesson.") % {"place": place})


def _check_minutes(check: CourseCheck, edition: LessonFile) -> None:
    size = _size(edition)
    estimate = ceil(size / READ_PER_MINUTE[edition.language])
    minutes = edition.front.value["minutes"]
    values = {"minutes": minutes, "estimate": estimate}
    allowed = max(MINUTES_TOLERANCE[0], estimate * MINUTES_TOLERANCE[1])
    if edition.front.value["kind"] == "practice" and minutes < estimate:
        message = _("Reading alone takes %(estimate)d minutes; %(minutes)d are given.")
        check.add_fault(edition.name, edition.front.line(("minutes",)), message % values)
    elif edition.front.value["kind"] == "reading" and abs(minutes - estimate) > allowed:
        message = _("Reading this takes about %(estimate)d minutes; %(minutes)d are given.")
        check.add_fault(edition.name, edition.front.line(("minutes",)), message % values)
    facts = {
        "name": edition.name,
        "size": size,
        "unit": _("characters") if edition.language == "ko" else _("words"),
        "minutes": minutes,
        "estimate": estimate,
        "headings": len(edition.text.headings),
        "figures": len(figure_names(edition)),
        "terms": len(term_keys(edition)),
    }
    check.report.lines.append(
        _(
            "  %(name)s: %(size)d %(unit)s, %(minutes)d minutes (about %(estimate)d by its length), "
            "headings: %(headings)d, figures: %(figures)d, terms: %(terms)d"
        )
        % facts
    )


def _check_same_structure(check: CourseCheck, original: LessonFile, other: LessonFile) -> None:
    """Add a fault if two editions differ in headings, figures, terms, links, objectives or criteria."""
    original_front, other_front = original.front.value, other.front.value
    pairs: list[tuple[str, Sequence[object], Sequence[object]]] = [
        (
            _("headings"),
            [(heading.level, heading.id) for heading in original.text.headings],
            [(heading.level, heading.id) for heading in other.text.headings],
        ),
        (_("figures"), figure_names(original), figure_names(other)),
        (_("terms"), sorted(term_keys(original)), sorted(term_keys(other))),
        (_("links"), sorted(_inner_links(original)), sorted(_inner_links(other))),
        (
            _("objectives"),
            [objective.get("covered_by", []) for objective in original_front.get("objectives", [])],
            [objective.get("covered_by", []) for objective in other_front.get("objectives", [])],
        ),
        (
            _("criteria"),
            [(criterion["key"], criterion["points"]) for criterion in original_front.get("rubric", [])],
            [(criterion["key"], criterion["points"]) for criterion in other_front.get("rubric", [])],
        ),
    ]
    for what, expected, found in pairs:
        if list(expected) != list(found):
            missing = [entry for entry in expected if entry not in found]
            extra = [entry for entry in found if entry not in expected]
            values = {"what": what, "file": original.name, "missing": missing, "extra": extra}
            message = _("The %(what)s differ from %(file)s: missing here %(missing)s, only here %(extra)s.")
            check.add_fault(other.name, 0, message % values)


def _check_same_questions(check: CourseCheck, edition: LessonFile, other: LessonFile) -> None:
    """Add a fault for each question that stands in the text of one edition, but not in the other, or elsewhere in it."""
    there = placed_questions(other)
    for key, (line, heading) in placed_questions(edition).items():
        values = {"key": key, "file": other.name}
        if key not in there:
            check.add_fault(edition.name, line, _("The question “%(key)s” has no place in %(file)s.") % values)
        elif there[key][1] != heading:
            message = _("The question “%(key)s” stands below another heading in %(file)s.")
            check.add_fault(edition.name, line, message % values)


def _inner_links(edition: LessonFile) -> set[str]:
    """Return the targets of the links inside the course. A file of the text's own language counts as the same in all."""
    return {
        reference.target.replace(f".{edition.language}.", ".*.")
        for reference in edition.text.references
        if reference.kind == "link" and not reference.target.startswith(("https:", "mailto:"))
    }


def _size(edition: LessonFile) -> int:
    """Return the length of the visible text: in characters if it is Korean, otherwise in words."""
    text = "\n".join(part for _line, part in markdown.paragraphs(markdown.parse(edition.body)))
    return len(text) if edition.language == "ko" else len(text.split())
