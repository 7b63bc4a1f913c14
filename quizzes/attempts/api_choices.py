"""Describe the choices of a question in the API. Attempts, practice and questions in texts show them alike."""

from dataclasses import dataclass

from rest_framework import serializers

from common.api.serializers import OutputSerializer
from quizzes.attempts.presentation import PresentedQuestion


class ChoiceSerializer(OutputSerializer):
    uuid = serializers.UUIDField()
    text = serializers.CharField(help_text="Markdown.")
    html = serializers.CharField()


@dataclass(slots=True)
class Choice:
    uuid: str
    text: str
    html: str


def choices_of(question: PresentedQuestion) -> list[Choice]:
    """Return the choices in the order to show; none for questions without choices."""
    return [Choice(choice["uuid"], choice["text"], choice["html"]) for choice in question.body.get("choices", [])]
