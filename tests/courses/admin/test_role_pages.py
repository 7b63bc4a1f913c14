"""The page "who may do what" of a course."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.audit.models import AuditEntry
from accounts.models import User
from courses.models import Course, CourseRole
from courses.roles.rules import Permission, Role
from tests.factories import CourseRoleFactory, UserFactory

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


def page_of(course: Course) -> str:
    return reverse("admin:courses_course_roles", args=[course.pk])


def detail_of(user: User) -> str:
    given = CourseRole.objects.get(user=user)
    return reverse("admin:courses_course_role", args=[given.course_id, given.pk])


def roles() -> dict[str, str]:
    return dict(CourseRole.objects.values_list("user__email", "role"))


def test_the_page_shows_people_and_what_each_role_permits(
    ines_client: Client, course: Course, ada: User, oscar: User
) -> None:
    text = ines_client.get(page_of(course), headers=EN).text
    for person in ("Ines", "Ada", "Oscar"):
        assert person in text
    ticks = {
        label.strip(): re.findall(r'class="sr-only">(yes|no)<', cells)
        for label, cells in re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', text, re.DOTALL)
    }
    assert len(ticks) == len(Permission)
    assert ticks[str(Permission.READ.label)] == ["yes", "yes", "yes"]
    assert ticks[str(Permission.GRADE.label)] == ["yes", "yes", "no"]
    assert ticks[str(Permission.EDIT.label)] == ["yes", "no", "no"]


def test_the_form_of_the_course_links_to_the_page(ines_client: Client, course: Course) -> None:
    form = ines_client.get(reverse("admin:courses_course_change", args=[course.pk]), headers=EN).text
    [link] = re.findall(r'href="([^"]*go-roles[^"]*)"', form)
    assert ines_client.get(link)["Location"] == page_of(course)


def test_staff_get_a_role_by_address(ines_client: Client, course: Course) -> None:
    new = UserFactory(email="new@example.com", name="Newton", is_staff=True)
    shown = ines_client.post(page_of(course), {"email": new.email, "role": "assistant"}, follow=True, headers=EN)
    assert "Newton has the role now: assistant." in shown.text
    assert roles()[new.email] == "assistant"
    entry = AuditEntry.objects.get(subject=new, event__action="add")
    assert (entry.model, entry.event.address) == ("courses.courserole", page_of(course))


def test_an_address_that_is_no_staff_account_is_refused_and_says_nothing_more(
    ines_client: Client, course: Course, alice: User
) -> None:
    answers = []
    for email in (alice.email, "nobody@example.com"):
        answer = ines_client.post(page_of(course), {"email": email, "role": "assistant"}, headers=EN)
        assert answer.status_code == 400
        assert "There is no staff account with this address." in answer.text
        assert "Alice" not in answer.text
        token = r'name="csrfmiddlewaretoken" value="[^"]+"|nonce="[^"]+"'
        answers.append(re.sub(token, "", answer.text.replace(email, "")))
    assert answers[0] == answers[1]
    assert list(roles()) == ["ines@example.com"]


def test_a_role_is_changed_and_taken_after_a_question(ines_client: Client, course: Course, ada: User) -> None:
    page = detail_of(ada)
    question = ines_client.get(page, headers=EN).text
    assert "Change the role to observer" in question
    assert "Take the role away" in question
    assert roles()[ada.email] == Role.ASSISTANT
    changed = ines_client.post(page, {"role": "observer"}, follow=True, headers=EN)
    assert "Ada has the role now: observer." in changed.text
    assert roles()[ada.email] == Role.OBSERVER
    taken = ines_client.post(page, {"take": "1"}, follow=True, headers=EN)
    assert "Ada has no role in the course any more." in taken.text
    assert ada.email not in roles()
    recorded = AuditEntry.objects.filter(subject=ada, model="courses.courserole").exclude(event__action="view")
    assert list(recorded.order_by("pk").values_list("event__action", flat=True)) == ["change", "delete"]
    assert ines_client.get(page).status_code == 404


def test_the_last_instructor_stays(ines_client: Client, course: Course, ines: User) -> None:
    for data in ({"take": "1"}, {"role": "observer"}):
        answer = ines_client.post(detail_of(ines), data, headers=EN)
        assert (answer.status_code, "This is the last instructor" in answer.text) == (400, True)
    assert roles() == {ines.email: Role.INSTRUCTOR}


def test_who_gives_up_the_own_role_leaves_the_course(ines_client: Client, course: Course, ines: User) -> None:
    CourseRoleFactory(course=course)
    assert "This is your own role." in ines_client.get(detail_of(ines), headers=EN).text
    left = ines_client.post(detail_of(ines), {"take": "1"}, follow=True)
    assert left.status_code == 200
    assert left.request["PATH_INFO"] == reverse("admin:courses_course_changelist")


@pytest.mark.parametrize("who", ["ada", "oscar"])
def test_others_of_the_course_see_the_page_and_change_nothing(
    course: Course, ines: User, who: str, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(f"{who}_client")
    shown = client.get(page_of(course), headers=EN)
    assert shown.status_code == 200
    assert "Give somebody a role" not in shown.text
    assert "Change or take away" not in shown.text
    before = roles()
    assert client.post(page_of(course), {"email": ines.email, "role": "observer"}).status_code == 403
    for method in (client.get, client.post):
        assert method(detail_of(ines), {"take": "1"}).status_code == 403
    assert roles() == before


def test_instructors_of_other_courses_find_nothing(otto_client: Client, course: Course, ines: User) -> None:
    for method in (otto_client.get, otto_client.post):
        assert method(page_of(course)).status_code == 404
        assert method(detail_of(ines)).status_code == 404


def test_a_role_of_another_course_is_not_changed_under_the_address_of_ones_own(
    ines_client: Client, course: Course, otto: User
) -> None:
    foreign = CourseRole.objects.get(user=otto)
    page = reverse("admin:courses_course_role", args=[course.pk, foreign.pk])
    assert ines_client.post(page, {"take": "1"}).status_code == 404
    assert CourseRole.objects.filter(pk=foreign.pk).exists()


def test_nonsense_changes_nothing(ines_client: Client, course: Course, ada: User) -> None:
    before = roles()
    assert ines_client.post(detail_of(ada), {"role": "king"}).status_code == 302
    assert ines_client.post(detail_of(ada), {}).status_code == 302
    assert ines_client.post(page_of(course), {}).status_code == 400
    assert roles() == before


def test_the_number_of_queries_does_not_grow(ines_client: Client, course: Course) -> None:
    def queries() -> int:
        ines_client.get(page_of(course))
        with CaptureQueriesContext(connection) as captured:
            assert ines_client.get(page_of(course)).status_code == 200
        return len(captured)

    CourseRoleFactory(course=course)
    few = queries()
    for _n in range(100):
        CourseRoleFactory(course=course, user=UserFactory(is_staff=True, password=None))
    assert queries() == few


def test_an_instructor_makes_a_course_and_teaches_it(ines_client: Client, ines: User) -> None:
    page = reverse("workspace:course-list")
    assert ines_client.post(page, {"title": "Made", "languages": "en"}).status_code == 302
    assert CourseRole.objects.get(course__slug="made").user == ines
    assert ines_client.get(page_of(Course.objects.get(slug="made"))).status_code == 200


@pytest.mark.parametrize("who", ["ada", "oscar"])
def test_who_only_helps_makes_no_course(who: str, request: pytest.FixtureRequest) -> None:
    client = request.getfixturevalue(f"{who}_client")
    page = reverse("workspace:course-list")
    assert "<form" not in client.get(page).text.split('class="desk ws"')[1].split("</main>")[0]
    assert client.post(page, {"title": "Made", "languages": "en"}).status_code == 403
    assert not Course.objects.filter(slug="made").exists()
