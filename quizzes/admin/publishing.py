"""Publish after a change in the admin and tell the author what followed."""

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
    """Publish, and tell the author what came of it."""
    before = quiz.current_version
    try:
        version = publishing.publish(quiz)
    except publishing.UnpublishableQuiz as refused:
        faults = "; ".join(f"{key}: {fault}" for key, fault in refused.faults)
        messages.error(request, _("Saved, but students go on with the last version until this is mended: %s") % faults)
        return
    if before is None or before.pk != version.pk:
        messages.info(
            request,
            _("Version %(number)d is what new attempts start with. Attempts that have begun keep their version.")
            % {"number": version.number},
        )
        _offer_regrade(request, quiz)


def _offer_regrade(request: HttpRequest, quiz: Quiz) -> None:
    """Grades that were given stand until a person says otherwise: lead to where that is done."""
    if count := regrading.find_outdated(quiz).count():
        said = ngettext(
            "%(n)d attempt was graded by an earlier version, and that grade stands.",
            "%(n)d attempts were graded by an earlier version, and those grades stand.",
            count,
        )
        url = reverse("admin:quizzes_quiz_regrade", args=[quiz.pk])
        words = _("See what the present key would change")
        messages.warning(
            request, format_html('{} <a class="underline" href="{}">{}</a>', said % {"n": count}, url, words)
        )


def tell_changed_grades(request: HttpRequest, quiz: Quiz) -> None:
    """Name whose standing another rule moves, before it does; those who lose by it first."""
    item = GradeItem.objects.filter(activity=quiz.activity).first()
    if item is None or item.grading_method == quiz.grading_method:
        return
    moved = gradebook.find_changed_percents(item, GradeItem(grading_method=quiz.grading_method))
    students = Enrolment.objects.filter(pk__in=moved).select_related("user").order_by("user__name")
    told = sorted(
        (after - before, f"{student.user} {before}% → {after}%")
        for student in students
        for before, after in [moved[student.pk]]
    )
    if told:
        messages.warning(
            request,
            ngettext(
                "By the other rule of which attempt counts, %(n)d student stands at something else now: %(who)s.",
                "By the other rule of which attempt counts, %(n)d students stand at something else now: %(who)s.",
                len(told),
            )
            % {
                "n": len(told),
                "who": grade_effects.join_names([text for _by, text in told]),
            },
        )
