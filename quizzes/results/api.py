"""Describe the results of single questions in the API: output objects and their serializers."""

from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from common import languages
from common.api.openapi import ComponentField
from common.api.serializers import MappingOutput, OutputSerializer
from questions import Response
from quizzes.attempts.models import HandInFile
from quizzes.results.question_results import QuestionResult

OUTCOMES = ("correct", "partial", "incorrect", "unanswered", "pending", "hidden")


@dataclass(slots=True)
class Feedback:
    html: str
    lesson: str


@dataclass(slots=True)
class QuestionOutcome:
    """One question of a result, in the reader's language."""

    result: QuestionResult

    @property
    def uuid(self) -> str:
        return str(self.result.question["uuid"])

    @property
    def outcome(self) -> str:
        return self.result.outcome

    @property
    def points(self) -> str | None:
        return self.result.points or None

    @property
    def max_points(self) -> str:
        return self.result.max_points

    @property
    def lesson(self) -> str:
        return self.result.lesson

    @property
    def response(self) -> Response | None:
        return self.result.response or None

    @property
    def feedback(self) -> list[Feedback]:
        return [Feedback(languages.choose(item["html"]), item["lesson"]) for item in self.result.feedback]

    @property
    def solution(self) -> dict[str, Any] | None:
        solution = self.result.solution
        return {"choices": [], "accept": [], **solution, "body": solution} if solution else None

    @property
    def parts(self) -> dict[str, str]:
        return self.result.parts

    @property
    def comment(self) -> str:
        return self.result.comment

    @property
    def criteria(self) -> dict[str, str]:
        return self.result.criteria

    @property
    def files(self) -> list[HandInFile]:
        return self.result.files


class FeedbackSerializer(OutputSerializer):
    html = serializers.CharField()
    lesson = serializers.CharField(
        help_text="Where it is explained: a lesson's `slug`, or `slug#heading`; may be empty."
    )


class SolutionSerializer(MappingOutput):
    choices = serializers.ListField(child=serializers.UUIDField(), help_text="The right choices.")
    accept = serializers.ListField(child=serializers.CharField(), help_text="Accepted short answers.")
    body = ComponentField("QuestionSolution", help_text="The whole solution, in the form of the question's kind.")


@extend_schema_serializer(component_name="HandInFile")
class FileSerializer(OutputSerializer):
    """A submitted file."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField(min_value=0, help_text="Bytes.")
    sha256 = serializers.CharField()
    uploaded_at = serializers.DateTimeField()


class FileListSerializer(OutputSerializer):
    results = FileSerializer(many=True)


class QuestionResultSerializer(OutputSerializer):
    """`feedback` and `solution` are empty and null until the answers are shown."""

    uuid = serializers.UUIDField()
    outcome = serializers.ChoiceField(
        choices=OUTCOMES,
        help_text="`pending`: a person grades it; `hidden`: not shown yet. Where only a person grades (`hand_in`), the others "
        "say whether the points are all, some or none: show the points, not “partly right”.",
    )
    points = serializers.DecimalField(max_digits=6, decimal_places=2, allow_null=True, help_text="Null while hidden.")
    max_points = serializers.DecimalField(max_digits=6, decimal_places=2)
    response = ComponentField("QuestionResponse", allow_null=True, help_text="Null: not answered.")
    lesson = serializers.CharField(help_text="Where it is explained; empty until the answers are shown.")
    feedback = FeedbackSerializer(many=True)
    solution = SolutionSerializer(allow_null=True)
    parts = serializers.DictField(
        child=serializers.CharField(),
        help_text="Outcome by part (item, left side, blank); empty until answers are shown.",
    )
    comment = serializers.CharField(help_text="The comment of the person who graded it.")
    criteria = serializers.DictField(child=serializers.CharField(), help_text="Points by criterion of the rubric.")
    files = FileSerializer(many=True)


class GradeChangeSerializer(OutputSerializer):
    """A change of a grade: by a regrade, an accepted late answer or a review."""

    at = serializers.DateTimeField()
    points = serializers.DecimalField(max_digits=8, decimal_places=2)
    max_points = serializers.DecimalField(max_digits=8, decimal_places=2)
    reason = serializers.CharField(source="why", help_text="May be empty.")
