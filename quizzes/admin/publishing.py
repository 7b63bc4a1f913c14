"""Publish a quiz after a change in the admin, and show the author the consequences."""

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import gradebook
from courses.models import Enrolment, GradeItem
from quizzes.authoring import grade_effects, publishing
from quizzes.authoring.models import Quiz
from quizzes.grading import regrading


def publish(request: HttpRequest, quiz: Quiz) -> None:
    """Publish the quiz and show the author the new version or the faults that prevent it."""
    before = quiz.current_version
    try:
        version = publishing.publish(quiz)
    except publishing.UnpublishableQuiz as refused:
        faults = "; ".join(f"{key}: {fault}" for key, fault in refused.faults)
        messages.error(
            request, _("Saved, but students get the last version until these faults are corrected: %s") % faults
        )
        return
    if before is None or before.pk != version.pk:
        messages.info(
            request,
            _("New attempts start with version %(number)d. Attempts that have already started keep their version.")
            % {"number": version.number},
        )
        _offer_regrade(request, quiz)


def _offer_regrade(request: HttpRequest, quiz: Quiz) -> None:
    """Link to the regrade page if attempts were graded by an earlier version. Publishing does not change grades."""
    if count := regrading.find_outdated(quiz).count():
        text = ngettext(
            "%(n)d attempt was graded by an earlier version. Its grade has not changed.",
            "%(n)d attempts were graded by an earlier version. Their grades have not changed.",
            count,
        )
        url = reverse("admin:quizzes_quiz_regrade", args=[quiz.pk])
        link = _("See what the current answer key would change")
        messages.warning(
            request, format_html('{} <a class="underline" href="{}">{}</a>', text % {"n": count}, url, link)
        )


def warn_about_changed_grades(request: HttpRequest, quiz: Quiz) -> None:
    """Name the students whose grade the new grading method changes. Those who lose most come first."""
    item = GradeItem.objects.filter(activity=quiz.activity).first()
    if item is None or item.grading_method == quiz.grading_method:
        return
    changed = gradebook.find_changed_percents(item, GradeItem(grading_method=quiz.grading_method))
    students = Enrolment.objects.filter(pk__in=changed).select_related("user").order_by("user__name")
    lines = sorted(
        (after - before, f"{student.user} {before}% → {after}%")
        for student in students
        for before, after in [changed[student.pk]]
    )
    if lines:
        messages.warning(
            request,
            ngettext(
                "The new grading method changes the grade of %(n)d student: %(who)s.",
                "The new grading method changes the grades of %(n)d students: %(who)s.",
                len(lines),
            )
            % {"n": len(lines), "who": grade_effects.join_names([text for _difference, text in lines])},
        )
