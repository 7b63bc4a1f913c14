"""Serve all practice cards of today through the API, for an app that asks them without a network."""

from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api.openapi import problems
from common.api.serializers import OutputSerializer
from practice import answering, queue
from practice.api.views import AskedCard, CardSerializer


class CardListSerializer(OutputSerializer):
    """The cards that are still to be answered today, in the order in which they are asked."""

    on = serializers.DateField(help_text="Today, in the person's time zone.")
    next_on = serializers.DateField(
        allow_null=True, help_text="The next date with a question that is not one of today's. Null if there is none."
    )
    results = CardSerializer(many=True)


@dataclass(frozen=True, slots=True)
class _Cards:
    """What `CardListSerializer` shapes."""

    today: queue.Today

    def __getattr__(self, name: str) -> object:
        return getattr(self.today, name)

    @property
    def results(self) -> list[AskedCard]:
        return [AskedCard(card, answering.present_next(card)) for card in self.today.cards]


class CardsToday(AuthenticatedAPIView):
    @extend_schema(
        operation_id="review_cards",
        summary="All questions of today's review",
        description="An app keeps them, and sends the answers with `review_answer`, or later with `sync` as `practice_answer`.",
        tags=["review"],
        responses={200: CardListSerializer, **problems()},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        today = queue.prepare_today(user=request.user, now=timezone.now())
        # One query for the questions of all cards.
        prefetch_related_objects(today.cards, "quiz__current_version")
        return Response(CardListSerializer.shape(_Cards(today)))
