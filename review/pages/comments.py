"""Write the comments that graders of a course use again."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.requests import AuthenticatedRequest
from courses.models import Course
from courses.roles import rules
from courses.roles.rules import Permission
from review.answers.decisions import COMMENT_LIMIT
from workspace.pages.base import kept_form, staff_page
from workspace.pages.fields import LongText, language_name

# Comments of a course. More cannot be told apart.
MOST = 200


class CommentForm(forms.Form):
    """A comment in the languages of the course."""

    is_shared = forms.BooleanField(required=False, label=gettext_lazy("For everybody who grades in the course"))

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = course.languages
        texts = {
            f"text_{code}": LongText(
                rows=3, required=False, max_length=COMMENT_LIMIT, label=_("Text (%s)") % language_name(code)
            )
            for code in course.languages
        }
        self.fields = {**texts, **self.fields}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if not self.errors and not self.text:
            raise forms.ValidationError(_("Write the comment in at least one language."))
        return data

    @property
    def text(self) -> dict[str, str]:
        """Return {language: text} without the languages that have none."""
        found = {code: self.cleaned_data.get(f"text_{code}", "").strip() for code in self.languages}
        return {code: text for code, text in found.items() if text}


def _course(request: AuthenticatedRequest, slug: str) -> Course:
    course = get_object_or_404(rules.courses_where(request.user, Permission.READ), slug=slug)
    if not rules.can(request.user, Permission.GRADE, course):
        raise PermissionDenied
    return course


@staff_page
def comment_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """List the saved comments that the person may use, and add one."""
    course = _course(request, slug)
    data = request.POST if request.method == "POST" else kept_form(request)
    form = CommentForm(data, course=course, label_suffix="")
    if request.method == "POST" and form.is_valid():
        if course.saved_comments.count() >= MOST:
            form.add_error(None, _("There are %(n)d comments already. Delete some first.") % {"n": MOST})
        else:
            course.saved_comments.create(
                owner=request.user,
                text=form.text,
                is_shared=form.cleaned_data["is_shared"],
                created_at=timezone.now(),
            )
            messages.success(request, _("The comment is saved."))
            return redirect(request.path)
    comments = list(course.saved_comments.usable_by(request.user).select_related("owner"))
    return _render(request, course, form, comments=comments, title=_("Saved comments"))


@staff_page
def comment(request: AuthenticatedRequest, slug: str, uuid: UUID) -> HttpResponse:
    """Change or delete one's own comment. Who writes the course may change shared ones of others, too."""
    course = _course(request, slug)
    may_all = rules.can(request.user, Permission.EDIT, course)
    mine = Q(owner=request.user) | Q(is_shared=True) if may_all else Q(owner=request.user)
    found = get_object_or_404(course.saved_comments.filter(mine), uuid=uuid)
    if request.method == "POST" and "delete" in request.POST:
        found.delete()
        messages.success(request, _("The comment is deleted."))
        return redirect("review:comments", slug)
    initial = {"is_shared": found.is_shared, **{f"text_{code}": text for code, text in found.text.items()}}
    data = request.POST if request.method == "POST" else kept_form(request)
    form = CommentForm(data, course=course, initial=initial, label_suffix="")
    if request.method == "POST" and form.is_valid():
        # A language that the course no longer has keeps its text.
        others = {code: text for code, text in found.text.items() if code not in course.languages}
        found.text, found.is_shared = {**others, **form.text}, form.cleaned_data["is_shared"]
        found.save(update_fields=["text", "is_shared"])
        messages.success(request, _("The comment is saved."))
        return redirect("review:comments", slug)
    return _render(request, course, form, comment=found, title=_("Change a comment"))


def _render(request: AuthenticatedRequest, course: Course, form: CommentForm, **context: Any) -> HttpResponse:
    status = 400 if request.method == "POST" and form.errors else 200
    frame = admin.site.each_context(request) | {"course": course, "form": form}
    if "comments" in context:
        may_all = rules.can(request.user, Permission.EDIT, course)
        context["rows"] = [
            (number, each, each.owner_id == request.user.pk or (may_all and each.is_shared))
            for number, each in enumerate(context.pop("comments"), 1)
        ]
    return render(request, "review/comments.html", frame | context, status=status)
