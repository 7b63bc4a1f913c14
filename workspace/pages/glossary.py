"""Page: write the glossary of a course."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.requests import AuthenticatedRequest
from common import languages
from course_files.course.texts import texts
from course_files.merging import Fields, Key
from courses.models import Course
from workspace.drafts import editing, records
from workspace.drafts.names import free_slug
from workspace.drafts.records import DraftedCourse
from workspace.models import Edit
from workspace.pages.base import kept_form, page, render_page, seen_fields, seen_in
from workspace.pages.fields import LongText, ShortText, language_name

_MARKED = re.compile(r"\[\[([a-z0-9-]+)\\?\|")


class TermForm(forms.Form):
    """One term in all languages, with the lesson that teaches it."""

    lesson = forms.ChoiceField(label=gettext_lazy("Taught in"), required=False)

    def __init__(self, data: Any, *, drafted: DraftedCourse, fields: Fields | None) -> None:
        self.drafted = drafted
        fields = fields or {"lesson": "", "term": {}, "definition": {}}
        initial = {"lesson": fields["lesson"]}
        for code in drafted.languages:
            initial |= {
                f"term_{code}": fields["term"].get(code, ""),
                f"definition_{code}": fields["definition"].get(code, ""),
            }
        super().__init__(data, initial=initial)
        for position, code in enumerate(drafted.languages):
            language = language_name(code)
            for name, label, field in (
                ("term", _("Term"), ShortText(max_length=100, required=position == 0)),
                ("definition", _("Definition"), LongText(max_length=2000, required=position == 0, rows=3)),
            ):
                field.label = f"{label} ({language})"
                field.widget.attrs["lang"] = code
                self.fields[f"{name}_{code}"] = field
        choices = [("", _("none"))] + [
            (slug, drafted.title(("activity", slug)))
            for slug, entry in drafted.activities()
            if entry["kind"] == "lesson"
        ]
        chosen = self.fields["lesson"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = choices
        self.order_fields([*(f"{name}_{code}" for code in drafted.languages for name in ("term", "definition"))])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for code in self.drafted.languages:
            if bool(data.get(f"term_{code}")) != bool(data.get(f"definition_{code}")) and not self.errors:
                self.add_error(f"definition_{code}", _("A term and its definition belong together."))
        return data

    def record(self) -> Fields:
        data = self.cleaned_data
        return {
            "lesson": data["lesson"],
            "term": texts({code: data[f"term_{code}"] for code in self.drafted.languages}),
            "definition": texts({code: data[f"definition_{code}"] for code in self.drafted.languages}),
        }


@page
def glossary(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """List the terms; add, change or remove one."""
    drafted = records.read(course)
    if request.method == "POST" and "remove" in request.POST:
        return _remove(request, drafted, request.POST["remove"])
    chosen = request.GET.get("term", "")
    key: Key | None = ("term", chosen) if ("term", chosen) in drafted.records else None
    data = request.POST if request.method == "POST" else kept_form(request)
    form = TermForm(data, drafted=drafted, fields=drafted.records[key] if key else None)
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        if _save(request, drafted, key, form.record()):
            return redirect("workspace:glossary", course.slug)
        status, data = 409, None
    uses = _uses(drafted)
    return render_page(
        request,
        "workspace/glossary.html",
        drafted,
        _("Glossary"),
        status=status,
        tab="glossary",
        form=form,
        chosen=chosen if key else "",
        seen=seen_fields(drafted, [key] if key else [], data),
        terms=[
            {
                "key": name[1],
                "term": drafted.title(name),
                "definition": languages.choose(fields["definition"]),
                "uses": uses.get(name[1], 0),
                "is_changed": drafted.is_changed(name),
            }
            for name, fields in sorted(drafted.records.items(), key=lambda item: drafted.title(item[0]))
            if name[0] == "term"
        ],
    )


def _uses(drafted: DraftedCourse) -> dict[str, int]:
    """Return {key of a term: number of lesson texts that mark it}."""
    counts: dict[str, int] = {}
    for key, fields in drafted.records.items():
        if key[0] == "edition":
            for term in set(_MARKED.findall(fields["body"])):
                counts[term] = counts.get(term, 0) + 1
    return counts


def _save(request: AuthenticatedRequest, drafted: DraftedCourse, key: Key | None, fields: Fields) -> bool:
    term = next(iter(fields["term"].values()))
    seen = seen_in(request.POST, [key] if key else [])
    if key is None:
        taken = {name[1] for name in (*drafted.records, *drafted.published) if name[0] == "term"}
        key = ("term", free_slug(fields["term"], "term", taken))
        seen = {key: ""}
    try:
        editing.save(
            drafted.course, {key: fields}, editor=request.user, subject=term, now=timezone.now(), seen=seen,
            action=Edit.Action.CHANGE if key in drafted.records else Edit.Action.ADD,
        )  # fmt: skip
    except editing.ChangedMeanwhile:
        messages.error(request, _("Somebody else has changed this term meanwhile. Compare, and save again."))
        return False
    messages.success(request, _("The draft is saved."))
    return True


def _remove(request: AuthenticatedRequest, drafted: DraftedCourse, term: str) -> HttpResponse:
    key: Key = ("term", term)
    if key not in drafted.records:
        messages.error(request, _("This term is no longer there."))
    elif _uses(drafted).get(term):
        messages.error(request, _("A lesson marks this term. Take the mark out of its text first."))
    else:
        editing.save(
            drafted.course, {key: None}, editor=request.user, action=Edit.Action.REMOVE,
            subject=drafted.title(key), now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("The term is no longer in the draft. Press Undo on the outline to take it back."))
    return redirect("workspace:glossary", drafted.course.slug)
