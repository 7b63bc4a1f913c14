"""Every address, form and action of the admin for those who may not use it: nothing comes through, and nothing changes.

The addresses come from the resolver, the actions from the registry, so a new one is covered without being named here.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.test import Client
from django.urls import reverse

from common.admin.classes import ReadOnlyAdmin
from courses.admin.classes import CourseScopedAdmin
from courses.models import Course, CourseRole
from courses.roles.rules import Permission
from tests.lms import admin_world
from tests.lms.admin_world import CANARY, Place, Rows, admin_addresses, fill
from tests.lms.test_admin import data_of

elsewhere, place, rows = admin_world.elsewhere, admin_world.place, admin_world.rows

pytestmark = pytest.mark.django_db

# What an assistant's form may change: it is what assistants are for. Each has a test of its own below.
OF_ASSISTANTS = {"quizzes/attempt/<int:attempt_id>/review/"}
# 302 leads to the start of the admin, as for a row that does not exist.
REFUSED = (302, 403, 404, 405)


def submitted(browser: Client, url: str) -> dict[str, Any]:
    """Return what an instructor's browser would send for the form at this address, and what else a page reads."""
    page = browser.get(url)
    context = page.context if page.status_code == 200 else None
    form = data_of(page) if context and "adminform" in context else {}
    others = {"text": "email\nnew@example.com", "confirm": "1", "take": "1", "role": "instructor", "post": "yes"}
    return {**others, "email": "ada@example.com", "reason": "x", "seen": "0", **form}


class Watch:
    """Collects what requests have changed, and the answers that were not expected."""

    def __init__(self, rows: Rows) -> None:
        self._rows, self._last = rows, rows.now()
        self.problems: list[str] = []

    def untouched(self, name: str, answer: Any) -> Any:
        """Note a problem if the request that was just answered has changed a row."""
        before, self._last = self._last, self._rows.now()
        if before != self._last:
            self.problems.append(f"{name}: changed {[label for label in before if before[label] != self._last[label]]}")
        return answer

    def report(self) -> None:
        assert not self.problems, "\n".join(self.problems)


def in_the_course(place: Place) -> Iterator[tuple[str, str]]:
    """Yield (address with placeholders, address of the course) for each one that leads to a row of the course."""
    for path in admin_addresses():
        if "<" in path and (url := fill(path, place)):
            yield path, url


def test_there_are_addresses_of_every_model_in_a_course(place: Place) -> None:
    found = {path.split("/")[1] for path, _url in in_the_course(place)}
    scoped = {m._meta.model_name for m, one in admin.site._registry.items() if isinstance(one, CourseScopedAdmin)}
    assert found == scoped
    assert len(list(in_the_course(place))) > 60


def test_instructors_of_other_courses_reach_nothing(
    place: Place, elsewhere: Place, rows: Rows, ines_client: Client, otto_client: Client
) -> None:
    watch = Watch(rows)
    for path, url in in_the_course(place):
        seen = otto_client.get(url)
        if seen.status_code not in REFUSED or CANARY in otto_client.get(url, follow=True).text:
            watch.problems.append(f"GET {path}: {seen.status_code}")
        data = submitted(ines_client, url)
        sent = watch.untouched(f"POST {path}", otto_client.post(url, data))
        if sent.status_code not in REFUSED or CANARY in otto_client.post(url, data, follow=True).text:
            watch.problems.append(f"POST {path}: {sent.status_code}")
    watch.report()


def test_the_same_requests_of_an_instructor_change_something(place: Place, rows: Rows, ines_client: Client) -> None:
    """Else the tests above and below would find no change because the requests were nonsense."""
    effective = set()
    for path, url in in_the_course(place):
        before = rows.now()
        ines_client.post(url, submitted(ines_client, url))
        if rows.now() != before:
            effective.add(path)
    assert effective >= {
        "courses/course/<int:course_id>/roster/",
        "courses/course/<path:object_id>/change/",
        "courses/enrolment/<path:object_id>/change/",
        "quizzes/quiz/<int:quiz_id>/regrade/",
        "quizzes/quizoverride/<path:object_id>/change/",
    }


def test_lists_and_new_forms_show_nothing_of_other_courses(
    place: Place, elsewhere: Place, ines_client: Client, otto_client: Client
) -> None:
    shown = 0
    for path in admin_addresses():
        if "<" in path:
            continue
        text = otto_client.get(f"/admin/{path}").text
        assert CANARY not in text, path
        assert CANARY not in otto_client.get(f"/admin/{path}", {"q": CANARY[:5]}).text.replace(CANARY[:5], ""), path
        shown += CANARY in ines_client.get(f"/admin/{path}").text
    # Else the test would find nothing because there is nothing.
    assert shown >= 12


def test_new_forms_take_no_rows_of_other_courses(
    place: Place, elsewhere: Place, rows: Rows, ines_client: Client, otto_client: Client
) -> None:
    watch = Watch(rows)
    for model, model_admin in admin.site._registry.items():
        if not isinstance(model_admin, CourseScopedAdmin) or model is Course:
            continue
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
        data = data_of_row(ines_client, place.row_of(model), url)
        sent = watch.untouched(url, otto_client.post(url, data))
        if sent.status_code not in (200, 403):
            watch.problems.append(f"{url}: {sent.status_code}")
    watch.report()


def data_of_row(browser: Client, row: Any, add_url: str) -> dict[str, Any]:
    """Return the data of the form for a new row, with the values of an existing one."""
    page = browser.get(add_url)
    data = data_of(page) if page.status_code == 200 else {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.editable and isinstance(value, (int, str)) and not isinstance(value, bool):
            data.setdefault(field.name, value)
            data[field.name] = value
    return {**data, "email": f"{CANARY.lower()}@example.com"}


@pytest.mark.parametrize("who", ["ada", "oscar"])
def test_assistants_and_observers_change_nothing_else(
    place: Place, rows: Rows, ines_client: Client, who: str, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(f"{who}_client")
    watch = Watch(rows)
    for path in admin_addresses():
        url = fill(path, place)
        if url is None or (who == "ada" and path in OF_ASSISTANTS):
            continue
        seen = watch.untouched(f"GET {path}", client.get(url))
        if seen.status_code not in (200, *REFUSED):
            watch.problems.append(f"GET {path}: {seen.status_code}")
        data = submitted(ines_client, url)
        sent = watch.untouched(f"POST {path}", client.post(url, data))
        # Buttons of forms lead to pages, which ask for themselves. Lists without an action are read.
        is_link = "/go-" in path or path.endswith("<path:object_id>/")
        is_list = path.count("/") == 2 or path.endswith("/history/")
        if sent.status_code not in ((302, 403) if is_link else (200, 302, 403) if is_list else (403, 404, 405)):
            watch.problems.append(f"POST {path}: {sent.status_code}")
    watch.report()


@pytest.mark.parametrize("who", ["ada", "oscar"])
def test_assistants_and_observers_see_every_row_of_the_course(
    place: Place, who: str, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(f"{who}_client")
    for model, model_admin in admin.site._registry.items():
        if isinstance(model_admin, CourseScopedAdmin):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            for url in (reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[place.row_of(model).pk])):
                shown = client.get(url)
                assert shown.status_code == 200, url
                assert 'name="_save"' not in shown.text, url


def actions() -> list[tuple[type[models.Model], str]]:
    return [
        (model, name)
        for model, model_admin in admin.site._registry.items()
        if isinstance(model_admin, CourseScopedAdmin)
        for name in ["delete_selected", *(model_admin.actions or [])]
    ]


def test_each_action_names_its_permission() -> None:
    for model, name in actions():
        if name != "delete_selected":
            function = getattr(admin.site._registry[model], name)
            assert set(function.allowed_permissions) <= set(Permission.values), (model, name)


@pytest.mark.parametrize("who", ["ada", "oscar", "otto"])
def test_actions_change_only_what_a_role_permits(
    place: Place, elsewhere: Place, rows: Rows, who: str, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(f"{who}_client")
    watch = Watch(rows)
    for model, name in actions():
        model_admin = admin.site._registry[model]
        needed = getattr(getattr(model_admin, name, None), "allowed_permissions", ["delete"])
        if who == "ada" and needed == ["grade"]:
            continue
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for every in ("0", "1"):
            data = {"action": name, "_selected_action": [place.row_of(model).pk], "select_across": every, "post": "yes"}
            mine = rows.now()
            sent = client.post(url, data, follow=True)
            # Otto may do it with his own rows: "all" are his.
            if who == "otto" and every == "1" and needed != ["delete"]:
                continue
            if rows.now() != mine:
                watch.problems.append(f"{model.__name__} {name}")
            if sent.status_code not in ((200, 403) if who == "otto" and needed != ["delete"] else (403,)):
                watch.problems.append(f"{model.__name__} {name}: {sent.status_code}")
    watch.report()


def test_an_action_of_all_rows_leaves_out_those_of_other_courses(
    place: Place, elsewhere: Place, otto_client: Client
) -> None:
    url = reverse("admin:quizzes_lateanswer_changelist")
    both = [place.attempt.late_answers.get().pk, elsewhere.attempt.late_answers.get().pk]
    otto_client.post(url, {"action": "decline", "_selected_action": both, "select_across": "1"})
    assert place.attempt.late_answers.get().verdict == "open"
    assert elsewhere.attempt.late_answers.get().verdict == "declined"


def test_an_action_leaves_out_rows_that_one_only_sees(
    place: Place, elsewhere: Place, otto: Any, otto_client: Client
) -> None:
    CourseRole.objects.create(course=place.course, user=otto, role=CourseRole.Role.OBSERVER)
    url = reverse("admin:quizzes_lateanswer_changelist")
    both = [place.attempt.late_answers.get().pk, elsewhere.attempt.late_answers.get().pk]
    data = {"action": "decline", "_selected_action": both}
    shown = otto_client.post(url, data, follow=True, headers={"Accept-Language": "en"})
    assert "1 row was left out: your role in its course does not permit this." in shown.text
    assert place.attempt.late_answers.get().verdict == "open"
    assert elsewhere.attempt.late_answers.get().verdict == "declined"


def test_an_assistant_grades_and_decides_on_late_answers(place: Place, ada_client: Client) -> None:
    page = reverse("admin:quizzes_attempt_review", args=[place.attempt.pk])
    assert 'name="verdict"' in ada_client.get(page).text
    late = place.attempt.late_answers.get()
    assert ada_client.post(page, {"late": late.pk, "verdict": "decline"}).status_code == 302
    late.refresh_from_db()
    assert late.verdict == "declined"
    question = place.attempt.public_questions[0]["uuid"]
    data = {f"{question}:points": "0.5", f"{question}:comment": "Half.", "seen": "0"}
    assert ada_client.post(page, data).status_code == 302
    assert place.attempt.reviews.get().reviewer.email == "ada@example.com"  # type: ignore[union-attr]


def test_an_observer_reads_an_attempt_and_finds_no_field(place: Place, oscar_client: Client) -> None:
    text = oscar_client.get(reverse("admin:quizzes_attempt_review", args=[place.attempt.pk])).text
    assert CANARY in text
    assert ":points" not in text
    assert 'name="verdict"' not in text


def test_what_waits_is_shown_to_those_who_grade(
    place: Place, ada_client: Client, oscar_client: Client, otto_client: Client
) -> None:
    queue = reverse("admin:quizzes_attempt_queue")
    assert CANARY in ada_client.get(queue).text
    assert CANARY not in oscar_client.get(queue).text
    assert CANARY not in otto_client.get(queue).text


def test_a_file_is_downloaded_by_those_who_see_the_course(
    place: Place, ada_client: Client, oscar_client: Client, otto_client: Client
) -> None:
    url = reverse("quizzes:file-download", args=[place.attempt.uuid, place.file.uuid])
    for client in (ada_client, oscar_client):
        assert client.get(url).status_code == 200
    assert otto_client.get(url).status_code == 404


def test_questions_are_exported_by_those_who_see_the_course(
    place: Place, oscar_client: Client, otto_client: Client
) -> None:
    url = reverse("admin:quizzes_quiz_export", args=[place.attempt.quiz_id])
    query = {"format": "moodle", "language": "en", "download": "1"}
    assert oscar_client.get(url, query).status_code == 200
    assert otto_client.get(url, query).status_code == 404


def test_an_import_of_another_quiz_is_not_found_under_the_address_of_ones_own(
    place: Place, elsewhere: Place, otto_client: Client
) -> None:
    own = elsewhere.attempt.quiz.activity
    url = reverse("exchange:import-job", args=[own.course.slug, own.slug, place.job.uuid])
    assert otto_client.post(url, {"cancel": "1"}).status_code == 404
    place.job.refresh_from_db()
    assert place.job.status == "planned"


def test_autocomplete_offers_nothing_of_other_courses(place: Place, elsewhere: Place, otto_client: Client) -> None:
    asked = 0
    for model in admin.site._registry:
        for field in model._meta.get_fields():
            if not field.is_relation or not getattr(field, "concrete", False):
                continue
            query: dict[str, Any] = {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": field.name,
            }
            answer = otto_client.get(reverse("admin:autocomplete"), {**query, "term": ""})
            assert answer.status_code in (200, 403, 404), query
            assert CANARY not in answer.text
            asked += answer.status_code == 200
    assert asked > 5


def test_view_on_site_tells_no_address_of_other_courses(
    place: Place, elsewhere: Place, ines_client: Client, otto_client: Client, otto: Any
) -> None:
    for row in (place.course,):
        kind = ContentType.objects.get_for_model(row)
        url = reverse("admin:view_on_site", args=[kind.pk, row.pk])
        assert row.get_absolute_url() in ines_client.get(url)["Location"]
        assert otto_client.get(url).status_code == 404
    account = reverse("admin:view_on_site", args=[ContentType.objects.get_for_model(otto).pk, otto.pk])
    for url in (account, "/admin/r/0/0/", "/admin/r/x/y/", f"/admin/r/{kind.pk}/x/"):
        assert otto_client.get(url).status_code == 404


def test_search_finds_no_rows(place: Place, otto_client: Client) -> None:
    for query in ({"s": CANARY}, {"s": CANARY, "extended": "1"}):
        assert CANARY not in otto_client.get(reverse("admin:search"), query).text.replace(f'"{CANARY}"', "")


def test_read_only_stays_read_only_for_everybody() -> None:
    for model_admin in admin.site._registry.values():
        if isinstance(model_admin, ReadOnlyAdmin):
            assert type(model_admin).has_add_permission is ReadOnlyAdmin.has_add_permission
