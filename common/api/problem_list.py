"""Owns the list of problems that the API answers with: what each `type` means, and what to do about it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

# slug: (status, what it means and what to do).
PROBLEMS = {
    "answer-checked": (
        409,
        _("The student has looked at this question's feedback, so its answer can no longer change."),
    ),
    "answers-not-available": (
        409,
        _("The answers cannot be shown: they never are, or the quiz is not passed, or an attempt is open."),
    ),
    "answers-revealed": (
        409,
        _("The answers of this quiz have been shown to this student, so it cannot be taken again."),
    ),
    "attempt-closed": (409, _("The attempt has been submitted; its answers can no longer change.")),
    "deadline-passed": (
        409,
        _(
            "The time is up. What was saved by then has been submitted; what came later is kept, and counts if the instructor "
            "accepts it."
        ),
    ),
    "file-refused": (
        400,
        _("The file is not taken: its kind, its content or their number is not what the question asks for."),
    ),
    "file-too-large": (413, _("The file is larger than 10 MB.")),
    "not-checkable": (409, _("The question cannot be checked during the attempt, or nothing is answered yet.")),
    "nothing-answered": (400, _("Nothing is answered. Send null as the response when the student does not know.")),
    "nothing-to-accept": (409, _("The attempt has no grade yet; accept late answers after that.")),
    "nothing-to-regrade": (409, _("The current key changes nobody's grade.")),
    "question-file-refused": (400, _("The file of questions cannot be used. Nothing was imported.")),
    "quiz-changed-meanwhile": (409, _("The quiz has changed since the plan of an import was shown. Look again.")),
    "quiz-closed": (409, _("The quiz is closed; no attempt can start.")),
    "quiz-not-open": (409, _("The quiz opens later; `opens_at` says when.")),
    "regrade-refused": (409, _("The regrade needs a reason and a dry run of the quiz as it is now.")),
    "review-overtaken": (409, _("Somebody else has graded the answer in the meantime. Look at it again.")),
    "wrong-access-code": (403, _("This is not the access code of the quiz.")),
    "body-too-large": (413, _("The request is larger than the site accepts. What was saved before is safe.")),
    "card-not-due": (
        409,
        _("The question is not up for review now: it comes on a later day, or its quiz can be taken again."),
    ),
    "csrf": (
        403,
        _("A form was older than its cookie. Reload the page and send it again. The API asks for no such token."),
    ),
    "enrolment-closed": (403, _("The course takes students by its roster only.")),
    "forbidden": (403, _("The account may not do that.")),
    "invalid": (
        400,
        _("The request was read, but holds something that cannot be right; `errors` says what, field by field."),
    ),
    "invalid-response": (400, _("The answer has not the form that its question asks for. The other answers are kept.")),
    "mail-not-sent": (503, _("The mail server cannot be reached. Try again in a few minutes.")),
    "invalid-roster": (400, _("The file is not a list of students that can be read. Nothing was imported.")),
    "malformed": (400, _("The request could not be read: its body is not JSON in UTF-8.")),
    "method-not-allowed": (405, _("The address exists, but does not take this method.")),
    "no-attempts-left": (409, _("The student has used all the attempts that the quiz allows.")),
    "not-authenticated": (401, _("No session token came along, or it is no longer valid. Sign in again.")),
    "not-found": (404, _("There is nothing at this address, or nothing that this account may see.")),
    "not-markable": (400, _("Only lessons can be marked by hand. A quiz is done when an attempt at it is submitted.")),
    "not-submitted": (409, _("The attempt is still open, so there is no result yet. Submit it first.")),
    "nothing-to-answer": (409, _("The quiz has no questions yet.")),
    "server-error": (500, _("Something broke on our side. What was saved is safe; try again later.")),
    "throttled": (429, _("Too many requests. Wait as long as `Retry-After` says.")),
    "too-long": (400, _("The answer is longer than its question allows. The other answers are kept.")),
    "unknown-choice": (
        400,
        _("The answer names a choice that its question does not have. The other answers are kept."),
    ),
    "unknown-question": (
        400,
        _("The answer belongs to a question that the attempt does not have. The other answers are kept."),
    ),
    "unsupported-media-type": (
        415,
        _("The body of a request must be `application/json`; a file is sent as `multipart/form-data`."),
    ),
    "wrong-enrolment-code": (400, _("This is not the enrolment code of the course.")),
}


@require_GET
def problem_list(request: HttpRequest) -> HttpResponse:
    return render(request, "lms/problem_list.html", {"problems": PROBLEMS})


@require_GET
def problem_detail(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in PROBLEMS:
        raise Http404
    status, meaning = PROBLEMS[slug]
    return render(request, "lms/problem_detail.html", {"slug": slug, "status": status, "meaning": meaning})
