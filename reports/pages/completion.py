"""Show who has completed a course by the instructor's rule, and change the rule."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from courses import gradebook
from courses.models import Cohort, Course, Enrolment
from reports import students
from reports.models import CompletionRule, Export
from reports.pages.gradebook import PAGE_SIZE
from workspace.drafts import records
from workspace.pages.base import page, render_page


class RuleForm(forms.ModelForm[CompletionRule]):
    class Meta:
        model = CompletionRule
        fields = ("progress", "grade", "hand_ins")


@page
def report(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """List the students with what they have reached. A POST changes the rule."""
    rule = students.get_rule(course)
    form = RuleForm(request.POST or None, instance=rule)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The rule is saved."))
        return redirect("reports:completion", course.slug)
    if form.errors:
        # The list is by the rule that is stored, not by the refused one.
        rule = students.get_rule(course)
    cohorts = list(Cohort.objects.filter(course=course))
    cohort = next((each for each in cohorts if str(each.pk) == request.GET.get("cohort")), None)
    shown = Paginator(students.get_students(course, cohort=cohort), PAGE_SIZE).get_page(request.GET.get("page"))
    chunk = list(shown.object_list)
    recording.record_rows(Enrolment, chunk)
    reports = students.get_reports(gradebook.get_items(course.pk), chunk, course)
    return render_page(
        request,
        "reports/completion.html",
        records.read(course),
        _("Completion report"),
        tab="gradebook",
        status=400 if form.errors else 200,
        form=form,
        rule=rule,
        rows=[(each, each.is_complete(rule)) for each in reports],
        page=shown,
        nobody="" if chunk else students.why_nobody(course),
        cohorts=cohorts,
        cohort=cohort,
        query=f"cohort={cohort.pk}" if cohort else "",
        formats=Export.Format.choices,
    )
