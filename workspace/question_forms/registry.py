"""Find the form of a question kind: a module in `kinds/` with the kind's name."""

import importlib
import pkgutil
from collections.abc import Sequence

from common.markup import markdown
from course_files.merging import Fields
from workspace.question_forms import kinds
from workspace.question_forms.controls import Data
from workspace.question_forms.form import QuestionForm
from workspace.question_forms.generic import GenericForm


def find_forms() -> dict[str, type[QuestionForm]]:
    """Return {kind: form} of the modules in `kinds`."""
    modules = pkgutil.iter_modules(kinds.__path__)
    return {module.name: importlib.import_module(f"{kinds.__name__}.{module.name}").FORM for module in modules}


FORMS = find_forms()


def question_form(
    kind: str,
    fields: Fields | None,
    *,
    languages: Sequence[str],
    lessons: Sequence[tuple[str, str]] = (),
    pools: Sequence[str] = (),
    is_check: bool = False,
    data: Data | None = None,
    resolver: markdown.Resolver | None = None,
) -> QuestionForm:
    """Return the form of a question.

    `fields` is the record, None for a new question. `languages` are those of the course, the original first. `lessons` are
    (place, title) of what may explain the question, `pools` the names of the quiz's pools. `is_check`: the question belongs
    to a lesson check. `data` is the POST data, None to show the record.
    `resolver` finds what texts refer to (`courses.lessons.rendering.resolver_for`); without it references are not checked.
    """
    form = FORMS.get(kind, GenericForm)
    return form(
        kind, fields, languages=languages, lessons=lessons, pools=pools, is_check=is_check, data=data, resolver=resolver
    )
