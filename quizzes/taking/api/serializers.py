"""Validate the API input of attempts and describe its output."""

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from common.api.openapi import ComponentField
from common.api.pagination import PageSerializer
from common.api.serializers import InputSerializer, OutputSerializer
from courses.models import Activity, GradeItem
from questions import KIND_NAMES
from quizzes.attempts.api_choices import ChoiceSerializer
from quizzes.authoring.models import Quiz
from quizzes.results.api import FileSerializer, GradeChangeSerializer, QuestionResultSerializer
from quizzes.sequences import LARGEST

ATTEMPT_STATUSES = ("in_progress", "submitted", "graded", "needs_review")


class AttemptSummarySerializer(OutputSerializer):
    """One attempt at a quiz. Points are null until it is graded."""

    uuid = serializers.UUIDField(source="attempt.uuid")
    quiz = serializers.UUIDField(help_text="The quiz's uuid, as in the outline.")
    number = serializers.IntegerField(min_value=1, source="attempt.number")
    status = serializers.ChoiceField(choices=ATTEMPT_STATUSES)
    started_at = serializers.DateTimeField(source="attempt.started_at")
    submitted_at = serializers.DateTimeField(source="attempt.submitted_at", allow_null=True)
    graded_at = serializers.DateTimeField(source="attempt.graded_at", allow_null=True)
    points = serializers.DecimalField(source="attempt.points", max_digits=8, decimal_places=2, allow_null=True)
    max_points = serializers.DecimalField(source="attempt.max_points", max_digits=8, decimal_places=2)
    percent = serializers.IntegerField(min_value=0, max_value=100, source="attempt.percent", allow_null=True)
    deadline = serializers.DateTimeField(
        source="attempt.deadline", allow_null=True, help_text="When the server submits it by itself; null: never."
    )
    server_time = serializers.DateTimeField(
        help_text="The server's clock when it made this answer. Count down from `deadline` minus `server_time`, not from the "
        "device's clock, which may be wrong."
    )
    due_at = serializers.DateTimeField(source="attempt.due_at", allow_null=True)
    expired = serializers.BooleanField(
        source="attempt.is_expired", help_text="Submitted by the server at the deadline."
    )
    late_deduction = serializers.IntegerField(
        min_value=0,
        max_value=100,
        source="attempt.late_deduction",
        help_text="Percent taken off the points for being late.",
    )
    passed = serializers.BooleanField(allow_null=True)


class AttemptListSerializer(PageSerializer):
    results = AttemptSummarySerializer(many=True)


class QuizSerializer(OutputSerializer):
    """A quiz before an attempt, with one student's rules and attempts."""

    uuid = serializers.UUIDField(source="activity.uuid")
    slug = serializers.CharField(source="activity.slug")
    kind = serializers.ChoiceField(choices=Activity.Kind.values, source="activity.kind")
    title = serializers.CharField(source="activity.title")
    course = serializers.CharField(source="activity.course.slug", help_text="The course's `slug`.")
    graded = serializers.BooleanField(
        source="quiz.is_graded", help_text="False for a lesson check, which is practice only."
    )
    intro = serializers.CharField(source="quiz.intro", help_text="Markdown.")
    intro_html = serializers.CharField()
    question_count = serializers.IntegerField(min_value=0)
    pass_mark = serializers.IntegerField(min_value=0, max_value=100, source="quiz.pass_mark", help_text="Percent.")
    counts = serializers.ChoiceField(choices=GradeItem.GradingMethod.values, source="quiz.grading_method")
    attempts_allowed = serializers.IntegerField(
        min_value=1, source="overview.rules.attempts_allowed", allow_null=True, help_text="Null: any number."
    )
    attempts_left = serializers.IntegerField(min_value=0, source="overview.attempts_left", allow_null=True)
    opens_at = serializers.DateTimeField(source="overview.rules.opens_at", allow_null=True)
    due_at = serializers.DateTimeField(source="overview.rules.due_at", allow_null=True)
    closes_at = serializers.DateTimeField(source="overview.rules.closes_at", allow_null=True)
    time_limit = serializers.IntegerField(
        min_value=0, allow_null=True, help_text="Seconds, with the student's extra time; null: no limit."
    )
    grace = serializers.IntegerField(
        min_value=0, source="quiz.grace", help_text="Seconds after the deadline in which an answer still counts."
    )
    late_rule = serializers.ChoiceField(choices=Quiz.LateRule.values, source="quiz.late_rule")
    late_deduction = serializers.IntegerField(
        min_value=0,
        max_value=100,
        source="overview.rules.deduction",
        help_text="Percent taken off for each day begun after the due date.",
    )
    show_answers = serializers.ChoiceField(choices=Quiz.ShowAnswers.values, source="quiz.show_answers")
    needs_access_code = serializers.BooleanField()
    can_start = serializers.BooleanField(help_text="Whether a new attempt may start; an open one can be resumed.")
    open_attempt = serializers.UUIDField(allow_null=True)
    answers_revealed = serializers.BooleanField(source="overview.is_revealed")


class AttemptQuestionSerializer(OutputSerializer):
    """A question with its saved answer. It contains nothing of the answer key."""

    uuid = serializers.UUIDField(source="question.uuid")
    kind = serializers.ChoiceField(choices=KIND_NAMES, source="question.kind")
    number = serializers.IntegerField(min_value=1, source="question.number")
    points = serializers.DecimalField(source="question.points", max_digits=6, decimal_places=2)
    language = serializers.CharField(source="question.language", help_text="The language of the texts.")
    text = serializers.CharField(source="question.text", help_text="Markdown.")
    html = serializers.CharField(source="question.html", help_text="The same, rendered.")
    choices = ChoiceSerializer(many=True, help_text="In the order to show; empty for questions without choices.")
    body = ComponentField("QuestionBody", help_text="What its `kind` shows below the text.")
    response = ComponentField("QuestionResponse", allow_null=True, help_text="Null: not answered.")
    files = FileSerializer(many=True)
    checked = QuestionResultSerializer(
        allow_null=True, help_text="The result, once `check` has confirmed the answer; null before."
    )
    sequence = serializers.IntegerField(
        min_value=0, max_value=LARGEST, allow_null=True, help_text="Of the saved answer; see `AnswerInput`."
    )
    saved_at = serializers.DateTimeField(allow_null=True)


class AttemptSerializer(AttemptSummarySerializer):
    questions = AttemptQuestionSerializer(many=True)


class AnswerInput(InputSerializer):
    """The answer with the highest `sequence` is stored, whichever device sent it. Any other request changes nothing and returns
    the stored answer. Send milliseconds since 1970: a number that is more than a minute ahead of the server's clock is stored as
    the server's time, which is returned. Without `sequence`, the request that arrives last wins."""

    response = ComponentField("QuestionResponseInput", help_text="In the form that the question's `kind` asks for.")
    sequence = serializers.IntegerField(min_value=0, max_value=LARGEST, required=False)


class AnswerSerializer(OutputSerializer):
    """The answer that is stored after the request. It is not the sent one if another has the same or a higher `sequence`."""

    question = serializers.UUIDField()
    response = ComponentField("QuestionResponse")
    sequence = serializers.IntegerField(min_value=0, max_value=LARGEST)
    saved_at = serializers.DateTimeField()


class StartInput(InputSerializer):
    access_code = serializers.CharField(
        required=False, allow_blank=True, max_length=50, help_text="Where the quiz asks for one."
    )


class SubmitInput(InputSerializer):
    answers = serializers.DictField(
        child=ComponentField("QuestionResponseInput"),
        required=False,
        help_text="Answers to save with it: {question uuid: response}.",
    )


# Some languages have a type that is called Result.
@extend_schema_serializer(component_name="AttemptResult")
class ResultSerializer(AttemptSummarySerializer):
    """While `status` is `submitted`, ask again after `Retry-After` seconds.

    `needs_review`: a person grades the questions whose outcome is `pending`.
    """

    status = serializers.ChoiceField(choices=ATTEMPT_STATUSES[1:])
    answers_shown = serializers.BooleanField()
    can_reveal = serializers.BooleanField(help_text="Whether `attempts/{uuid}/reveal` would show the answers.")
    questions = QuestionResultSerializer(many=True, help_text="Empty until it is graded.")
    changes = GradeChangeSerializer(many=True, help_text="Later changes of the grade, the oldest first.")
