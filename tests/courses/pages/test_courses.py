"""Student pages of courses: list, outline, enrolment, files and glossary."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from courses import gradebook, progress
from courses.lessons.rendering import asset_version
from courses.models import Activity, Course, CourseAsset, Enrolment, GlossaryTerm, GradeChange, Module
from quizzes.authoring.models import Quiz
from tests.factories import ActivityFactory, CourseFactory, EnrolmentFactory, LessonFactory, QuizFactory
from tests.pictures import picture

ADDRESSES = [
    "/courses/",
    "/courses/statistics/",
    "/courses/statistics/enrol/",
    "/courses/statistics/glossary/",
    "/courses/statistics/files/data.csv",
    "/courses/statistics/lessons/lesson-1/",
    "/courses/statistics/lessons/lesson-1/check/",
    "/courses/statistics/quizzes/quiz/",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_anonymous_users_are_redirected_to_the_sign_in(client: Client, course: Course, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("address", [a for a in ADDRESSES if a.count("/") > 3])
def test_a_student_who_is_not_enrolled_gets_404(bob_client: Client, course: Course, address: str) -> None:
    course.enrolment_mode = Course.EnrolmentMode.ROSTER
    course.save()
    assert bob_client.get(address).status_code == 404


def test_the_list_shows_progress_and_the_activity_to_continue_with(
    alice_client: Client, enrolment: Enrolment, lesson: Activity
) -> None:
    assert "Start the course" in alice_client.get("/courses/").text
    alice_client.get("/courses/statistics/lessons/lesson-1/")
    page = alice_client.get("/courses/").text
    # At the very paragraph, if the student has stopped at one.
    assert 'href="/courses/statistics/lessons/lesson-1/#lastRead"' in page
    assert "Continue where you left off" in page


def test_the_list_explains_how_to_get_a_course_if_there_is_none(bob_client: Client, course: Course) -> None:
    page = bob_client.get("/courses/").text
    assert "You are not enrolled in a course yet" in page
    assert "/courses/statistics/enrol/" in page


def test_a_student_who_can_enrol_is_redirected_to_the_enrolment_page(
    bob_client: Client, course: Course, bob: User
) -> None:
    response = bob_client.get("/courses/statistics/", follow=True)
    assert response.redirect_chain == [("/courses/statistics/enrol/", 302)]
    response = bob_client.post("/courses/statistics/enrol/", follow=True)
    assert response.redirect_chain[-1][0] == "/courses/statistics/"
    assert Enrolment.objects.get(user=bob).source == Enrolment.Source.OPEN


def test_enrolling_by_code(bob_client: Client, course: Course, bob: User) -> None:
    course.enrolment_mode, course.enrolment_code = Course.EnrolmentMode.CODE, "봄-2026"
    course.save()
    wrong = bob_client.post("/courses/statistics/enrol/", {"code": "summer"})
    assert wrong.status_code == 400
    assert "not the course&#x27;s enrolment code" in wrong.text
    bob_client.post("/courses/statistics/enrol/", {"code": " 봄-2026 "})
    assert Enrolment.objects.get(user=bob).source == Enrolment.Source.CODE
    assert bob_client.get("/courses/statistics/enrol/").status_code == 302


def test_enrolment_codes_cannot_be_guessed(bob_client: Client, course: Course, bob: User) -> None:
    course.enrolment_mode, course.enrolment_code = Course.EnrolmentMode.CODE, "봄-2026"
    course.save()
    codes = [bob_client.post("/courses/statistics/enrol/", {"code": f"{guess}"}).status_code for guess in range(120)]
    assert codes == [400] * 10 + [429] * 110
    refused = bob_client.post("/courses/statistics/enrol/", {"code": "봄-2026"})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) in range(580, 601)
    assert "Too many wrong codes. Try again in 10 minutes." in refused.text
    assert not Enrolment.objects.exists()


def test_one_persons_guesses_do_not_lock_a_campus_out(bob_client: Client, alice: User, course: Course) -> None:
    course.enrolment_mode, course.enrolment_code = Course.EnrolmentMode.CODE, "봄-2026"
    course.save()
    for guess in range(120):
        bob_client.post("/courses/statistics/enrol/", {"code": f"{guess}"})
    neighbour = Client()
    neighbour.force_login(alice)
    assert neighbour.post("/courses/statistics/enrol/", {"code": "봄-2026"}).status_code == 302


def test_many_accounts_cannot_guess_enrolment_codes_from_one_address(course: Course) -> None:
    course.enrolment_mode, course.enrolment_code = Course.EnrolmentMode.CODE, "봄-2026"
    course.save()
    codes = []
    for account in range(11):
        client = Client()
        client.force_login(User.objects.create(email=f"guesser{account}@example.com"))
        codes += [client.post("/courses/statistics/enrol/", {"code": f"{guess}"}).status_code for guess in range(10)]
    assert codes == [400] * 100 + [429] * 10


def test_a_withdrawn_student_returns_with_all_progress(
    alice_client: Client, enrolment: Enrolment, lesson: Activity
) -> None:
    alice_client.post("/courses/statistics/lessons/lesson-1/done/", {"done": "1"})
    Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)
    answer = alice_client.get("/courses/statistics/lessons/lesson-1/")
    assert answer.headers["Location"].startswith("/courses/statistics/enrol/?next=")
    alice_client.post("/courses/statistics/enrol/")
    enrolment.refresh_from_db()
    assert enrolment.status == Enrolment.Status.ACTIVE
    assert enrolment.progress_percent == 33


def test_an_unpublished_course_is_not_found(alice_client: Client, course: Course) -> None:
    Course.objects.update(is_published=False)
    assert alice_client.get("/courses/statistics/").status_code == 404
    assert "Statistics" not in alice_client.get("/courses/").text


def test_an_unknown_course_is_404(alice_client: Client) -> None:
    response = alice_client.get("/courses/nothing/")
    assert response.status_code == 404
    assert "There is nothing at this address." in response.text


def test_a_file_of_the_course_is_a_download(alice_client: Client, course: Course) -> None:
    CourseAsset.objects.create(course=course, name="data.csv", content=b"a,b\n1,2\n")
    response = alice_client.get("/courses/statistics/files/data.csv")
    assert response.content == b"a,b\n1,2\n"
    assert response.headers["Content-Disposition"] == 'attachment; filename="data.csv"'
    assert alice_client.get("/courses/statistics/files/other.csv").status_code == 404


def test_a_picture_of_the_course_is_shown_and_kept(alice_client: Client, course: Course) -> None:
    content = picture("WEBP")
    CourseAsset.objects.create(course=course, name="photo.webp", content=content)
    address = "/courses/statistics/files/photo.webp"
    first = alice_client.get(f"{address}?v={asset_version(content)}")
    assert first.content == content
    assert first.headers["Content-Type"] == "image/webp"
    assert first.headers["Content-Disposition"] == 'inline; filename="photo.webp"'
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    # An address without a version, or with that of another content, may show something else tomorrow.
    assert alice_client.get(address).headers["Cache-Control"] == "private"
    assert alice_client.get(f"{address}?v=0123").headers["Cache-Control"] == "private"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("drawing.ko.svg", b"<svg onload='alert(1)'/>", "image/svg+xml"),
        ("page.html", b"<script>alert(1)</script>", "application/octet-stream"),
        ("page.xhtml", b"<script>alert(1)</script>", "application/octet-stream"),
        ("photo.png", b"<script>alert(1)</script>", "application/octet-stream"),
        ("photo.jpg", picture("PNG"), "application/octet-stream"),
        ("photo", picture("PNG"), "application/octet-stream"),
        ("data.xlsx", b"PK", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_other_files_are_never_shown(
    alice_client: Client, course: Course, name: str, content: bytes, kind: str
) -> None:
    CourseAsset.objects.create(course=course, name=name, content=content)
    response = alice_client.get(f"/courses/statistics/files/{name}?v={asset_version(content)}")
    assert response.headers["Content-Type"] == kind
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private"


def test_the_glossary_in_the_readers_language(alice_client: Client, course: Course, lesson: Activity) -> None:
    assert "This course has no glossary" in alice_client.get("/courses/statistics/glossary/").text
    GlossaryTerm.objects.create(
        course=course,
        key="mean",
        activity=lesson,
        term_ko="평균",
        term_en="mean",
        definition_ko="합",
        definition_en="sum",
    )
    page = alice_client.get("/courses/statistics/glossary/").text
    assert 'id="term-mean"' in page
    assert "sum" in page


@pytest.mark.parametrize("size", [2, 200])
@pytest.mark.parametrize(
    ("address", "first", "later"),
    [
        ("/courses/", 8, 7),
        ("/courses/big/", 8, 6),
        ("/courses/big/lessons/big-0/", 8, 5),
        ("/courses/big/quizzes/big-quiz-0/", 8, 6),
        ("/courses/big/glossary/", 5, 4),
    ],
)
def test_query_counts_do_not_grow(
    alice: User, size: int, address: str, first: int, later: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The number of queries is the same for 2 and 200 activities and courses. It includes session and user.

    `first` is the page that this process makes first after the course changed, `later` every other one.
    """
    course = CourseFactory(slug="big")
    module = Module.objects.create(course=course, slug="m", number=1, title_ko="모듈", title_en="Module")
    lesson = LessonFactory(activity=ActivityFactory(module=module, slug="big-0", position=0))
    for number in range(size):
        ActivityFactory(module=module, slug=f"more-{number}", position=number + 1)
        GlossaryTerm.objects.create(
            course=course, key=f"t{number}", activity=lesson.activity, term_ko="말", definition_ko="뜻"
        )
        if address == "/courses/":
            EnrolmentFactory(user=alice)
            CourseFactory()
    QuizFactory(activity=ActivityFactory(module=module, slug="big-quiz-0", kind="quiz", position=999))
    QuizFactory(activity=lesson.activity)
    EnrolmentFactory(user=alice, course=course)
    client = Client()
    client.force_login(alice)
    with django_assert_num_queries(first):
        assert client.get(address).status_code == 200
    Enrolment.objects.update(last_activity=None)
    with django_assert_num_queries(later):
        assert client.get(address).status_code == 200


def test_a_finished_course_says_so_and_does_not_ask_to_continue(alice_client: Client, enrolment: Enrolment) -> None:
    for activity in Activity.objects.filter(course=enrolment.course, is_required=True):
        progress.mark_done(enrolment=enrolment, activity=activity, now=timezone.now())
    page = alice_client.get("/courses/").text
    assert "You have finished this course" in page
    assert "Continue where you left off" not in page
    page = alice_client.get("/courses/statistics/").text
    assert "You have finished this course" in page
    assert 'href="/review/"' in page[page.index("You have finished") :]


@pytest.mark.parametrize("place", ["", "lessons/lesson-1/", "lessons/lesson-1/check/", "quizzes/quiz/", "glossary/"])
def test_a_link_into_an_open_course_leads_there_after_joining(bob_client: Client, course: Course, place: str) -> None:
    address = f"/courses/statistics/{place}"
    page = bob_client.get(f"{address}?from=mail", follow=True)
    assert page.redirect_chain[0][0].startswith("/courses/statistics/enrol/?next=")
    assert f'value="{address}?from=mail"' in page.text
    answer = bob_client.post("/courses/statistics/enrol/", {"next": f"{address}?from=mail"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{address}?from=mail")


@pytest.mark.parametrize(
    "wanted", ["https://example.com/", "//example.com", "/courses/other/", "javascript:x", "/admin/"]
)
def test_joining_leads_nowhere_else(bob_client: Client, course: Course, wanted: str) -> None:
    answer = bob_client.post("/courses/statistics/enrol/", {"next": wanted})
    assert answer.headers["Location"] == "/courses/statistics/"


def test_what_a_joined_course_does_not_have_is_404(alice_client: Client, course: Course) -> None:
    assert alice_client.get("/courses/statistics/lessons/nowhere/").status_code == 404


@pytest.mark.parametrize(("percent", "label"), [(20, "Not passed yet"), (100, "Done")])
def test_a_failed_quiz_is_not_ticked_like_a_passed_one(
    alice_client: Client, enrolment: Enrolment, quiz: Quiz, percent: int, label: str
) -> None:
    progress.mark_done(enrolment=enrolment, activity=quiz.activity, now=timezone.now())
    gradebook.record_change(
        activity=quiz.activity, enrolment=enrolment, source=uuid4(), source_number=1, points=Decimal(percent),
        max_points=Decimal(100), reason=GradeChange.Reason.GRADED, now=timezone.now(),
    )  # fmt: skip
    page = alice_client.get("/courses/statistics/").text
    entry = page[page.index("/courses/statistics/quizzes/quiz/") :].split("</li>")[0]
    assert f'aria-label="{label}"' in entry
