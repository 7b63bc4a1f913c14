"""Check the glossary and the assets of a course."""

from django.utils.translation import gettext as _

from course_files.checking.report import CourseCheck, term_keys
from course_files.course.parsing import GLOSSARY


def check_glossary(check: CourseCheck) -> None:
    """Check that each term names the lesson that teaches it, and that this lesson marks the term in every language."""
    document = check.course.documents.get(GLOSSARY)
    if document is None:
        check.add_fault(GLOSSARY, 0, _("The course has no glossary."))
        return
    for index, term in enumerate(document.value["terms"]):
        line = document.line(("terms", index))
        if not term.get("lesson"):
            check.add_fault(GLOSSARY, line, _("The term “%(key)s” does not say which lesson teaches it.") % term)
        for language in check.languages:
            lessons = {
                slug
                for (slug, code), edition in check.course.editions.items()
                if code == language and term["key"] in term_keys(edition)
            }
            values = {"key": term["key"], "language": language, "lesson": term.get("lesson", "")}
            if not lessons:
                message = _("No lesson marks the term “%(key)s” (%(language)s).")
                check.add_fault(GLOSSARY, line, message % values)
            elif term.get("lesson") and term["lesson"] not in lessons:
                message = _("The lesson “%(lesson)s” teaches “%(key)s” but does not mark it (%(language)s).")
                check.add_fault(GLOSSARY, line, message % values)


def check_figures(check: CourseCheck) -> None:
    """Check that lessons use each asset, and that each figure exists in every language, with the same number of texts."""
    used = {
        reference.target.removeprefix("assets/")
        for edition in check.course.editions.values()
        for reference in edition.text.references
    }
    for name in check.course.assets:
        if name not in used:
            check.add_fault(f"assets/{name}", 0, _("No lesson uses this file."))
    for name, figure in check.course.drawings.items():
        base, _dot, rest = name.partition(".")
        for language in check.languages:
            other = check.course.drawings.get(f"{base}.{language}.svg")
            if other is None:
                message = _("This figure is missing in a language: %(language)s.") % {"language": language}
                check.add_fault(f"assets/{name}", 0, message)
            elif rest.startswith(check.languages[0]) and len(other.words) != len(figure.words):
                values = {"here": len(figure.words), "there": len(other.words), "language": language}
                message = _("This figure has %(here)d texts, but %(there)d in the other language (%(language)s).")
                check.add_fault(f"assets/{name}", 0, message % values)
