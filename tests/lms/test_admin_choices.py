"""Forms of the admin offer and take rows of the own courses only, and their size does not depend on the size of the site."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import connection
from django.forms import ModelChoiceField
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.admin.classes import CourseScopedAdmin
from courses.models import Activity, Cohort, Course, CourseRole, Enrolment, GlossaryTerm, InCourse
from courses.models.in_course import find_course_id
from quizzes.authoring.models import Question, Quiz, QuizDates, QuizOverride
from quizzes.taking import start
from tests.copied_rows import make_many
from tests.factories import ActivityFactory, EnrolmentFactory, QuizFactory, UserFactory
from tests.lms import admin_world
from tests.lms.admin_world import CANARY, Place
from tests.lms.test_admin import address, data_of, root

__all__ = ["root"]

elsewhere, place = admin_world.elsewhere, admin_world.place

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


def forms_of(page: Any) -> Iterator[Any]:
    """Yield the forms of the page that somebody can fill in. Django shows the others as text."""
    yield page.context["adminform"].form
    for inline in page.context["inline_admin_formsets"]:
        if inline.has_change_permission or inline.has_add_permission:
            yield from (*inline.formset.forms, inline.formset.empty_form)


def choices_of(form: Any) -> Iterator[tuple[str, Any]]:
    """Yield (name, rows) of each field that offers rows. The number of a row of an inline is hidden and offers nothing."""
    for name, field in form.fields.items():
        if isinstance(field, ModelChoiceField) and name != "id" and not field.widget.is_hidden:
            yield name, field.queryset


def errors_of(answer: Any) -> str:
    """Return the messages of all forms on the page."""
    assert answer.status_code == 200
    formsets = [inline.formset for inline in answer.context["inline_admin_formsets"]]
    errors = [form.errors for form in [answer.context["adminform"].form, *(f for each in formsets for f in each.forms)]]
    return " ".join(str(error) for error in errors)


def pages_with_forms(client: Client, place: Place) -> Iterator[tuple[str, Any]]:
    for model, model_admin in admin.site._registry.items():
        if isinstance(model_admin, CourseScopedAdmin):
            label = model._meta.label_lower
            for url in (address(label, "add"), address(label, "change", place.row_of(model).pk)):
                page = client.get(url)
                if page.status_code == 200:
                    yield url, page


@pytest.mark.parametrize("role", CourseRole.Role)
def test_choices_are_rows_of_courses_that_one_edits(
    place: Place, elsewhere: Place, ines: User, ines_client: Client, role: str
) -> None:
    """Whatever role Ines has in the other course: she edits it as an instructor only."""
    CourseRole.objects.create(course=elsewhere.course, user=ines, role=role)
    mine = {place.course.pk, elsewhere.course.pk} if role == "instructor" else {place.course.pk}
    checked = 0
    for url, page in pages_with_forms(ines_client, place):
        for form in forms_of(page):
            for name, rows in choices_of(form):
                if issubclass(rows.model, InCourse):
                    assert {find_course_id(row, row.course_path) for row in rows} <= mine, (url, name)
                    checked += len(rows) > 0
    assert checked >= 6


def test_no_form_offers_people(root: Client, place: Place) -> None:
    """A select of accounts or enrolments would be as long as the site is large, and show everybody."""
    for url, page in pages_with_forms(root, place):
        for form in forms_of(page):
            for name, rows in choices_of(form):
                assert rows.model not in (User, Enrolment), (url, name)


def test_forms_are_as_large_and_fast_with_2000_accounts(root: Client, ines_client: Client, place: Place) -> None:
    def sizes() -> dict[str, tuple[int, int]]:
        found = {}
        for client in (root, ines_client):
            for url, _page in pages_with_forms(client, place):
                with CaptureQueriesContext(connection) as captured:
                    size = len(client.get(url).content)
                # Tokens and the number that waits differ by a few bytes.
                found[f"{id(client)} {url}"] = (len(captured), size // 1000)
        return found

    make_many(lambda: EnrolmentFactory(course=place.course, user=UserFactory(password=None)), 2)
    sizes()
    few = sizes()
    make_many(lambda: EnrolmentFactory(course=place.course, user=UserFactory(password=None)), 1998)
    assert Enrolment.objects.filter(course=place.course).count() > 2000
    many = sizes()
    assert {url: count for url, (count, _size) in many.items()} == {url: count for url, (count, _size) in few.items()}
    assert all(abs(many[url][1] - few[url][1]) <= 1 for url in few), (few, many)


def test_a_quiz_is_chosen_with_a_constant_number_of_queries(ines_client: Client, place: Place) -> None:
    def queries() -> list[int]:
        counts = []
        for label in ("quizzes.quizoverride",):
            ines_client.get(address(label, "add"))
            with CaptureQueriesContext(connection) as captured:
                assert ines_client.get(address(label, "add")).status_code == 200
            counts.append(len(captured))
        return counts

    few = queries()
    module = place.course.modules.get(slug=place.row_of(Activity).module.slug)
    make_many(lambda: QuizFactory(activity=ActivityFactory(module=module, kind="quiz")), 30)
    assert Quiz.objects.filter(activity__course=place.course).count() > 30
    assert queries() == few


# --- the same course, in the model ----------------------------------------------------------------------------


def wrong_rows(mine: Place, other: Place) -> list[tuple[InCourse, str]]:
    """Return [(a row of Ines's course that refers to the other course, the field that does)]."""
    quiz, foreign = mine.row_of(Quiz), other.row_of(Quiz)
    activity, term, student = mine.row_of(Activity), mine.row_of(GlossaryTerm), mine.row_of(Enrolment)
    activity.module = other.course.modules.first()
    term.activity = other.row_of(Activity)
    student.cohort = other.row_of(Cohort)
    question = mine.row_of(Question)
    question.quiz = foreign
    moved = Activity.objects.exclude(pk=activity.pk).filter(course=mine.course)[0]
    moved.course = other.course
    return [
        (activity, "module"),
        (term, "activity"),
        (student, "cohort"),
        (question, "quiz"),
        (moved, "course"),
        (QuizDates(quiz=quiz, cohort=other.row_of(Cohort)), "cohort"),
        (QuizOverride(quiz=quiz, enrolment=other.row_of(Enrolment), reason="x"), "enrolment"),
    ]


def test_a_row_that_refers_to_another_course_is_refused_by_the_model(place: Place, elsewhere: Place) -> None:
    for row, field in wrong_rows(place, elsewhere):
        with pytest.raises(ValidationError) as refused:
            row.full_clean()
        assert field in refused.value.message_dict, row


def test_nobody_starts_a_quiz_of_another_course(place: Place, elsewhere: Place) -> None:
    with pytest.raises(ValidationError) as refused:
        start.start(quiz=place.row_of(Quiz), enrolment=elsewhere.attempt.enrolment, now=timezone.now())
    assert "quiz" in refused.value.message_dict


def test_rows_of_one_course_are_accepted_by_the_model(place: Place) -> None:
    for model in (Activity, GlossaryTerm, Cohort, Enrolment, Quiz, Question, QuizDates, QuizOverride, Course):
        for row in model._default_manager.filter(**{model.course_path: place.course.pk}):
            row.full_clean()


def test_what_was_wrong_before_is_no_server_error(place: Place, elsewhere: Place, ines_client: Client) -> None:
    """Rows of the time before the check: a form says so, whether or not it has the field."""
    foreign = elsewhere.row_of(Cohort)
    Enrolment.objects.filter(course=place.course).update(cohort=foreign)
    QuizOverride.objects.filter(quiz__activity__course=place.course).update(enrolment=elsewhere.row_of(Enrolment))
    for model in (Enrolment, QuizOverride):
        url = address(model._meta.label_lower, "change", place.row_of(model).pk)
        data = data_of(ines_client.get(url))
        assert ines_client.post(url, data).status_code in (200, 302)


def test_forms_take_no_rows_of_other_courses_even_from_administrators(
    root: Client, place: Place, elsewhere: Place
) -> None:
    """Administrators see every course, so their choices contain the wrong rows."""
    quiz, cohort = place.row_of(Quiz), elsewhere.row_of(Cohort)
    student = place.row_of(Enrolment)
    dates = quiz.dates.first() or QuizDates.objects.create(quiz=quiz, cohort=place.row_of(Cohort))
    tried: list[tuple[str, int, dict[str, Any]]] = [
        ("courses.enrolment", student.pk, {"cohort": cohort.pk}),
        ("courses.cohort", place.row_of(Cohort).pk, {"course": elsewhere.course.pk}),
        ("quizzes.quiz", dates.quiz_id, {"dates-0-cohort": cohort.pk}),
    ]
    for label, pk, changed in tried:
        url = address(label, "change", pk)
        before = admin_world.everything()
        page = root.get(url, headers=EN)
        data = data_of(page)
        # The form has the field: else the test would find an error of nothing.
        assert set(changed) <= {field.html_name for form in forms_of(page) for field in form}, (label, changed)
        answer = root.post(url, {**data, **changed}, headers=EN)
        found = errors_of(answer)
        assert "another course" in found, (label, changed, found)
        assert admin_world.everything() == before


def test_an_exception_is_granted_by_address_within_the_course(
    place: Place, elsewhere: Place, ines_client: Client
) -> None:
    url = reverse("admin:quizzes_quizoverride_add")
    QuizOverride.objects.all().delete()
    data = {"quiz": place.attempt.quiz_id, "extra_minutes": "5", "extra_attempts": "0", "reason": "ill"}
    for email in ("elsewhere@example.com", "nobody@example.com"):
        answer = ines_client.post(url, {**data, "email": email}, headers=EN)
        assert "Nobody with this address is enrolled in the course of the quiz." in errors_of(answer)
    mine = {**data, "email": f" {CANARY}@Example.com"}
    assert ines_client.post(url, mine).status_code == 302
    assert QuizOverride.objects.get().enrolment == place.attempt.enrolment
    again = ines_client.post(url, mine, headers=EN)
    assert "This student has an exception for this quiz already." in errors_of(again)
    foreign = ines_client.post(url, {**mine, "quiz": elsewhere.attempt.quiz_id}, headers=EN)
    assert "Select a valid choice" in errors_of(foreign)
    assert QuizOverride.objects.count() == 1


def test_the_page_of_an_attempt_fills_in_the_exception(place: Place, ines_client: Client) -> None:
    page = ines_client.get(reverse("admin:quizzes_attempt_review", args=[place.attempt.pk]))
    link = page.text.split("quizoverride/add/?", 1)[1].split('"', 1)[0].replace("&amp;", "&")
    form = ines_client.get(f"{reverse('admin:quizzes_quizoverride_add')}?{link}").context["adminform"].form
    assert form["email"].value() == f"{CANARY.lower()}@example.com"
    assert str(form["quiz"].value()) == str(place.attempt.quiz_id)


def test_the_form_of_an_exception_tells_no_address_of_another_course(
    place: Place, elsewhere: Place, otto_client: Client
) -> None:
    for number in (place.attempt.enrolment_id, 999_999, "x", ""):
        url = f"{reverse('admin:quizzes_quizoverride_add')}?enrolment={number}"
        assert not otto_client.get(url).context["adminform"].form["email"].value()
