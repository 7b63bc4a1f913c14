"""Show how answers would be graded by the accepted answers of a question. Nothing is stored."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from common.admin.classes import CourseScopedAdmin, page_context
from quizzes.authoring.models import Question
from quizzes.grading.explanations import explain
from quizzes.questions.short_answers import decide
from quizzes.sequences import parse_whole_number

# Maximum length of all tried answers together, in characters.
LIMIT = 5000


def try_answers(request: HttpRequest, question_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Show how each tried answer would be graded, and why. Nothing is stored.

    If the question's form is submitted as well, the accepted answers in it are used, even if they are not saved.
    """
    question: Question = get_object_or_404(model_admin.get_queryset(request), pk=question_id)
    rows = _rows_of_form(request) if "answers-TOTAL_FORMS" in request.POST else _rows_of(question)
    accepted = [text for text, is_correct in rows if is_correct]
    wrong = [text for text, is_correct in rows if not is_correct]
    asked = (request.POST if request.method == "POST" else request.GET).get("try", "")[:LIMIT]
    decisions = [
        (answer, decision, explain(decision))
        for answer in asked.splitlines()
        if answer.strip()
        for decision in [decide(answer, accepted, wrong)]
    ]
    context = {"question": question, "accepted": accepted, "wrong": wrong, "asked": asked, "decisions": decisions}
    if request.headers.get("HX-Request"):
        return render(request, "admin/quizzes/_try_results.html", context)
    context |= page_context(request, model_admin, _("Try answers"))
    return render(request, "admin/quizzes/try_answers.html", context)


def _rows_of(question: Question) -> list[tuple[str, bool]]:
    return [(row.text, row.is_correct) for row in question.answers.all()]


def _rows_of_form(request: HttpRequest) -> list[tuple[str, bool]]:
    """Return [(text, is_correct)] from the formset of accepted answers as edited, without rows marked for deletion."""
    count = min(parse_whole_number(request.POST["answers-TOTAL_FORMS"]) or 0, 1000)
    return [
        (text, f"answers-{n}-is_correct" in request.POST)
        for n in range(count)
        if (text := request.POST.get(f"answers-{n}-text", "").strip()) and f"answers-{n}-DELETE" not in request.POST
    ]
