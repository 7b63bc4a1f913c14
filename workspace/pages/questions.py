"""Page: write one question of a quiz or of a lesson's check."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from course_files.merging import Fields, Key
from courses.models import Course
from questions import KINDS
from workspace.drafts import editing, quizzes, records
from workspace.drafts.names import first_free
from workspace.drafts.records import DraftedCourse
from workspace.drafts.rendering import DraftResolver
from workspace.models import Edit
from workspace.pages.base import kept_form, page, render_page, seen_fields, seen_in
from workspace.pages.quizzes import check_quiz
from workspace.question_forms import QuestionForm, question_form
from workspace.question_trials import try_it


@page
def new_question(request: AuthenticatedRequest, course: Course, activity_slug: str, kind: str) -> HttpResponse:
    """Write a question that the quiz does not have yet."""
    if kind not in KINDS:
        raise Http404
    drafted = records.read(course)
    check_quiz(drafted, activity_slug)
    return _edit(request, drafted, activity_slug, None, kind)


@page
def question(request: AuthenticatedRequest, course: Course, activity_slug: str, question_key: str) -> HttpResponse:
    drafted = records.read(course)
    fields = drafted.records.get(("question", activity_slug, question_key))
    if fields is None or fields["archived"] or fields["kind"] not in KINDS:
        raise Http404
    return _edit(request, drafted, activity_slug, question_key, fields["kind"])


def _edit(request: AuthenticatedRequest, drafted: DraftedCourse, slug: str, key: str | None, kind: str) -> HttpResponse:
    fields = drafted.records["question", slug, key] if key else None
    data = request.POST if request.method == "POST" else kept_form(request)
    resolver = DraftResolver(drafted)
    form = _make_form(drafted, slug, kind, fields, data=data, resolver=resolver)
    is_tried = request.method == "POST" and "try" in request.POST
    status = 400 if request.method == "POST" and not form.is_row_operation and not is_tried else 200
    if status == 400 and form.is_valid():
        if _save(request, drafted, slug, key, form):
            if "another" in request.POST:
                return redirect("workspace:new-question", drafted.course.slug, slug, kind)
            return redirect("workspace:quiz", drafted.course.slug, slug)
        status, data = 409, None
    record = form.record if form.is_valid() else fields if request.method != "POST" else None
    trial = None
    if record is not None:
        trial = try_it(record, request.POST if is_tried else None, resolver=resolver)
    return render_page(
        request,
        "workspace/question.html",
        drafted,
        _(KINDS[kind].label),
        status=status,
        form=form,
        slug=slug,
        question_key=key,
        quiz_title=drafted.title(("activity", slug)),
        trial=trial,
        seen=seen_fields(drafted, [("question", slug, key)] if key else [], data),
    )


def _make_form(
    drafted: DraftedCourse,
    slug: str,
    kind: str,
    fields: Fields | None,
    *,
    data: QueryDict | None,
    resolver: DraftResolver,
) -> QuestionForm:
    """Return the form of a question of this quiz."""
    quiz = quizzes.quiz_record(drafted, slug)
    is_check = quiz["check"] if ("quiz", slug) in drafted.records else True
    pools = sorted({other["pool"] for _key, other in quizzes.questions(drafted, slug) if other.get("pool")})
    lessons = [
        (name, f"{entry['code']} {drafted.title(('activity', name))}")
        for name, entry in drafted.activities()
        if entry["kind"] == "lesson"
    ]
    return question_form(
        kind,
        fields,
        languages=drafted.languages,
        lessons=lessons,
        # One more than there are, so that a new pool can be begun.
        pools=[*pools, first_free("pool", set(pools))],
        is_check=is_check,
        data=data,
        resolver=resolver,
    )


def _save(
    request: AuthenticatedRequest, drafted: DraftedCourse, slug: str, key: str | None, form: QuestionForm
) -> bool:
    name: Key = ("question", slug, key or quizzes.free_key(drafted, slug, form.kind_name))
    changes = quizzes.save_questions(drafted, slug, {name[2]: form.fields_of_record()})
    record = changes[name] or {}
    seen = {other: drafted.token(other) for other in changes}
    if key:
        seen |= seen_in(request.POST, [name])
    texts = record.get("text", {})
    try:
        editing.save(
            drafted.course,
            changes,
            editor=request.user,
            action=Edit.Action.CHANGE if key else Edit.Action.ADD,
            subject=next((texts[code] for code in drafted.languages if texts.get(code)), name[2]),
            now=timezone.now(),
            seen=seen,
        )
    except editing.ChangedMeanwhile:
        messages.error(
            request,
            _("Somebody else has changed this question meanwhile. Yours is still in the form: look at theirs in the "
              "history, and save again."),
        )  # fmt: skip
        return False
    messages.success(request, _("The draft is saved."))
    return True
