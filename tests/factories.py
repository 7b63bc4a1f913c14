"""Create rows for tests. A quiz comes published, with real versions and keys made by `quizzes.authoring.publishing`.

Each factory is the `create` of its class: type checkers see that `create` returns a row, but not that calling the class does.
"""

from typing import Any

from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from accounts.models import User
from courses.models import Activity, Course, CourseRole, Enrolment, Lesson, LessonEdition, Module
from quizzes.authoring import publishing
from quizzes.authoring.models import AcceptedAnswer, Choice, Question, Quiz

PASSWORD = "correct horse battery"


class _User(DjangoModelFactory[User]):
    class Meta:
        model = User

    email = Sequence(lambda n: f"person{n}@example.com")
    name = Sequence(lambda n: f"Person {n}")
    language = "en"

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return User.objects.create_user(**{"password": PASSWORD, **kwargs})


UserFactory = _User.create


class _Course(DjangoModelFactory[Course]):
    class Meta:
        model = Course

    slug = Sequence(lambda n: f"course-{n}")
    title_ko = LazyAttribute(lambda o: f"강의 {o.slug}")
    title_en = LazyAttribute(lambda o: f"Course {o.slug}")
    languages = LazyFunction(lambda: ["ko", "en"])
    enrolment_mode = Course.EnrolmentMode.OPEN


CourseFactory = _Course.create


class _CourseRole(DjangoModelFactory[CourseRole]):
    class Meta:
        model = CourseRole

    course = SubFactory(_Course)
    user = SubFactory(_User, is_staff=True)
    role = CourseRole.Role.INSTRUCTOR


CourseRoleFactory = _CourseRole.create


class _Module(DjangoModelFactory[Module]):
    class Meta:
        model = Module

    course = SubFactory(_Course)
    slug = Sequence(lambda n: f"module-{n}")
    number = 1
    position = 0
    title_ko = "모듈"
    title_en = "Module"


ModuleFactory = _Module.create


class _Activity(DjangoModelFactory[Activity]):
    class Meta:
        model = Activity

    module = SubFactory(_Module)
    course = SelfAttribute("module.course")
    slug = Sequence(lambda n: f"activity-{n}")
    kind = Activity.Kind.LESSON
    code = Sequence(lambda n: f"1-{n}")
    position = Sequence(lambda n: n % 30000)
    title_ko = LazyAttribute(lambda o: f"활동 {o.slug}")
    title_en = LazyAttribute(lambda o: f"Activity {o.slug}")


ActivityFactory = _Activity.create


class _Lesson(DjangoModelFactory[Lesson]):
    """A lesson with its activity and a Korean and an English edition."""

    class Meta:
        model = Lesson
        skip_postgeneration_save = True

    activity = SubFactory(_Activity)

    @post_generation
    def editions(obj: Lesson, create: bool, extracted: list[str] | None, **kwargs: Any) -> None:  # noqa: N805
        for language in ["ko", "en"] if extracted is None else extracted:
            LessonEdition.objects.create(
                lesson=obj,
                language=language,
                body=f"Body in {language}",
                html=f"<p>Body in {language}</p>",
                objectives=[{"text": f"Objective in {language}", "covered_by": ["#summary"]}],
            )


LessonFactory = _Lesson.create


class _Enrolment(DjangoModelFactory[Enrolment]):
    class Meta:
        model = Enrolment

    user = SubFactory(_User)
    course = SubFactory(_Course)


EnrolmentFactory = _Enrolment.create


def add_single_choice(quiz: Quiz, key: str, choices: int = 3, **fields: Any) -> Question:
    """A single choice question whose first choice ("<key>-0") is right."""
    question = Question.objects.create(
        quiz=quiz,
        key=key,
        kind="single_choice",
        position=quiz.questions.count(),
        text_ko=f"질문 {key}",
        text_en=f"Question {key}",
        **fields,
    )
    for index in range(choices):
        Choice.objects.create(
            question=question,
            key=f"{key}-{index}",
            position=index,
            is_correct=index == 0,
            text_ko=f"보기 {key} {index}",
            text_en=f"Choice {key} {index}",
            feedback_ko=f"피드백 {key} {index}",
            feedback_en=f"Feedback {key} {index}",
        )
    return question


def add_short_answer(quiz: Quiz, key: str, accept: list[str], wrong: list[str] = (), **fields: Any) -> Question:  # type: ignore[assignment]
    question = Question.objects.create(
        quiz=quiz,
        key=key,
        kind="short_answer",
        position=quiz.questions.count(),
        text_ko=f"질문 {key}",
        text_en=f"Question {key}",
        correct_feedback_ko="맞아요",
        correct_feedback_en="Right it is",
        incorrect_feedback_ko="아니에요",
        incorrect_feedback_en="Not this one",
        **fields,
    )
    for position, text in enumerate(accept):
        AcceptedAnswer.objects.create(question=question, text=text, is_correct=True, position=position)
    for position, text in enumerate(wrong):
        AcceptedAnswer.objects.create(
            question=question,
            text=text,
            is_correct=False,
            feedback_ko="다른 말이에요",
            feedback_en="Another term",
            position=len(accept) + position,
        )
    return question


class _Quiz(DjangoModelFactory[Quiz]):
    """A published quiz on a quiz activity: `questions` single choice questions and, last, one short answer."""

    class Meta:
        model = Quiz
        skip_postgeneration_save = True

    activity = SubFactory(_Activity, kind=Activity.Kind.QUIZ, code="")

    @post_generation
    def questions(obj: Quiz, create: bool, extracted: int | None, **kwargs: Any) -> None:  # noqa: N805
        for index in range(2 if extracted is None else extracted):
            add_single_choice(obj, f"q{index}")
        add_short_answer(obj, "short", ["Data Drift", "데이터 드리프트"], ["concept drift"])
        publishing.publish(obj)


QuizFactory = _Quiz.create


def right_answers(quiz: Quiz) -> dict[Any, dict[str, Any]]:
    """{question uuid: response} that earns full marks on the quiz as its author's rows stand."""
    answers: dict[Any, dict[str, Any]] = {}
    for question in quiz.questions.filter(archived_at=None).prefetch_related("choices", "answers"):
        right = [str(choice.uuid) for choice in question.choices.all() if choice.is_correct]
        if question.kind == "short_answer":
            answers[question.uuid] = {"text": next(a.text for a in question.answers.all() if a.is_correct)}
        elif question.kind == "single_choice":
            answers[question.uuid] = {"choice": right[0]}
        else:
            answers[question.uuid] = {"choices": right}
    return answers
