"""Read the form of an announcement: a title and a text in each language of the course, and whom it goes to."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from announcements.models import Announcement
from courses.models import Cohort, Course, Enrolment
from workspace.pages.fields import language_name

TITLE_LIMIT, TEXT_LIMIT = 200, 10_000
# Students who can be chosen by hand.
MOST_PEOPLE = 500
# Digits of an id. A longer number does not fit into a column of the database.
LONGEST_ID = 18


class AnnouncementForm(forms.Form):
    """`instance` is the announcement that is changed; None for a new one. `people`: ids of enrolments, with commas."""

    cohort = forms.ModelChoiceField(
        Cohort.objects.none(),
        required=False,
        label=gettext_lazy("To"),
        empty_label=gettext_lazy("everybody in the course"),
    )
    people = forms.CharField(required=False, widget=forms.HiddenInput, max_length=10 * MOST_PEOPLE)

    def __init__(self, *args: Any, course: Course, instance: Announcement | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.course, self.instance = course, instance
        cohorts = self.fields["cohort"]
        assert isinstance(cohorts, forms.ModelChoiceField)
        cohorts.queryset = Cohort.objects.filter(course=course)
        for code in course.languages:
            is_original = code == course.languages[0]
            name = language_name(code)
            self.fields[f"title_{code}"] = forms.CharField(
                label=_("Title (%(language)s)") % {"language": name}, max_length=TITLE_LIMIT, required=is_original
            )
            self.fields[f"text_{code}"] = forms.CharField(
                label=_("Text (%(language)s)") % {"language": name},
                max_length=TEXT_LIMIT,
                required=is_original,
                widget=forms.Textarea(attrs={"rows": 8}),
            )

    def clean_people(self) -> list[Enrolment]:
        """Return the chosen students. Raises ValidationError for one who is not in the course."""
        ids = [part for part in self.cleaned_data["people"].split(",") if part]
        if not all(part.isdecimal() and len(part) <= LONGEST_ID for part in ids):
            raise forms.ValidationError(_("These students are not in this course."))
        found = list(Enrolment.objects.filter(course=self.course, pk__in=ids).select_related("user"))
        if len(found) != len(set(ids)):
            raise forms.ValidationError(_("These students are not in this course."))
        return found

    def save(self, announcement: Announcement) -> None:
        """Store what the form says in `announcement`, which may be new."""
        data = self.cleaned_data
        codes = self.course.languages
        announcement.title = {code: data[f"title_{code}"] for code in codes if data[f"title_{code}"]}
        announcement.text = {code: data[f"text_{code}"] for code in codes if data[f"text_{code}"]}
        announcement.cohort = data["cohort"]
        announcement.save()
        announcement.people.set(data["people"])
