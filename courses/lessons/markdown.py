"""Write a whole lesson as one Markdown text: title, objectives, text and rubric, as its page shows them."""

from collections.abc import Mapping

from django.utils import translation
from django.utils.translation import gettext as _

from courses.lessons.placing import put_into_markdown
from courses.models import Activity, LessonEdition


def write_markdown(activity: Activity, edition: LessonEdition, questions: Mapping[str, str]) -> str:
    """Return the lesson in the language of the edition, with `questions` by key at their places.

    No query if the edition's lesson is selected.
    """
    with translation.override(edition.language):
        parts = [f"# {activity.title}"]
        if edition.objectives:
            objectives = "\n".join(f"- {objective['text']}" for objective in edition.objectives)
            parts += [f"## {_('What you learn')}", objectives]
        parts.append(put_into_markdown(edition.body, questions).strip())
        if edition.rubric:
            criteria = "\n".join(
                f"- **{criterion['title']}** ({criterion['points']}): {criterion['description']}"
                for criterion in edition.rubric
            )
            parts += [f"## {_('Rubric')}", criteria]
    return "\n\n".join(parts) + "\n"
