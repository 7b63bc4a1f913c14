"""Page: how much each graded activity counts in the course grade, and the categories that they are counted in."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from courses import gradebook
from courses.models import Course, GradeCategory, GradeItem
from courses.outline import revisions
from workspace.drafts import records
from workspace.pages.base import kept_form, page, render_page

MOST_CATEGORIES = 30
NEW = "new"


def _weight(label: str, initial: Decimal, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal(0), max_digits=6, decimal_places=2, initial=initial.normalize(), **more
    )


class WeightsForm(forms.Form):
    """The weights of a course. A category whose name is emptied is deleted; a name in the last row adds one."""

    def __init__(
        self, *args: Any, items: Sequence[GradeItem], categories: Sequence[GradeCategory], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.items, self.categories = items, categories
        choices = [("", _("no category")), *((str(each.pk), each.name) for each in categories)]
        for item in items:
            self.fields[f"weight-{item.pk}"] = _weight(_("Weight"), item.weight)
            self.fields[f"category-{item.pk}"] = forms.ChoiceField(
                label=_("Category"), choices=choices, required=False, initial=str(item.category_id or "")
            )
        for key, category in self._rows():
            self.fields[f"name-{key}"] = forms.CharField(
                label=_("Name"), max_length=100, required=False, initial=category.name
            )
            self.fields[f"share-{key}"] = _weight(_("Weight"), category.weight, required=False)
            self.fields[f"drop-{key}"] = forms.IntegerField(
                label=_("Lowest grades that do not count"),
                min_value=0,
                max_value=100,
                required=False,
                initial=category.drop_lowest,
            )

    def _rows(self) -> list[tuple[str, GradeCategory]]:
        rows = [(str(category.pk), category) for category in self.categories]
        return rows if len(rows) >= MOST_CATEGORIES else [*rows, (NEW, GradeCategory(weight=Decimal(1)))]

    def item_rows(self) -> list[tuple[GradeItem, list[forms.BoundField]]]:
        return [(item, [self[f"weight-{item.pk}"], self[f"category-{item.pk}"]]) for item in self.items]

    def category_rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [
            (category.name or _("New category"), [self[f"{field}-{key}"] for field in ("name", "share", "drop")])
            for key, category in self._rows()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        names = [name for key, _category in self._rows() if (name := cleaned.get(f"name-{key}"))]
        if len(names) != len(set(names)):
            raise forms.ValidationError(_("Two categories have the same name."))
        return cleaned

    def save(self, course: Course) -> None:
        """Store what has changed, in one transaction."""
        with transaction.atomic():
            # They are records of the course too, which its readers cache.
            revisions.touch(course.pk)
            kept = self._save_categories(course)
            for item in self.items:
                weight = self.cleaned_data[f"weight-{item.pk}"]
                category = kept.get(self.cleaned_data[f"category-{item.pk}"])
                if (weight, category) != (item.weight, item.category_id):
                    item.weight, item.category_id = weight, category
                    item.save(update_fields=["weight", "category"])

    def _save_categories(self, course: Course) -> dict[str, int]:
        """Return {the choice of a category: its id} of those that are there afterwards."""
        kept: dict[str, int] = {}
        rows = [(key, category, self.cleaned_data[f"name-{key}"]) for key, category in self._rows()]
        # First those that go, so that another may take a name.
        for _key, category, name in rows:
            if not name and category.pk:
                category.delete()
        for key, category, name in rows:
            if not name:
                continue
            share, drop = self.cleaned_data[f"share-{key}"], self.cleaned_data[f"drop-{key}"]
            category.course, category.name = course, name
            category.weight = Decimal(1) if share is None else share
            category.drop_lowest = drop or 0
            category.save()
            kept[str(category.pk)] = category.pk
        return kept


@page
def weights(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """Change the weights of the graded activities, and their categories."""
    items = gradebook.get_items(course.pk)
    categories = list(GradeCategory.objects.filter(course=course))
    sent = request.POST if request.method == "POST" else kept_form(request)
    form = WeightsForm(sent, items=items, categories=categories)
    if request.method == "POST" and form.is_valid():
        form.save(course)
        messages.success(request, _("The weights are saved. Grades are computed with them from now on."))
        return redirect("reports:weights" if form.cleaned_data.get(f"name-{NEW}") else "reports:gradebook", course.slug)
    return render_page(
        request,
        "reports/weights.html",
        records.read(course),
        _("Weights"),
        tab="gradebook",
        status=400 if request.method == "POST" else 200,
        form=form,
        back=reverse("reports:gradebook", args=[course.slug]),
    )
