"""Serve the search through the API. The page calls the same function."""

from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common.api.openapi import problems
from common.api.serializers import OutputSerializer
from courses.api.serializers import ActivityRefSerializer
from search.finding.hits import Hit
from search.finding.queries import LONGEST, read_query
from search.finding.snippets import Snippet
from search.searching import Result, search
from search.sources import OwnHit


@dataclass(frozen=True, slots=True)
class Part:
    text: str
    is_match: bool


class SearchPartSerializer(OutputSerializer):
    """A part of a text: a word that was looked for, or what stands between."""

    text = serializers.CharField()
    is_match = serializers.BooleanField()


class HitSerializer(OutputSerializer):
    """A place that has all words."""

    kind = serializers.CharField(
        help_text="`title` (of a lesson), `term` (of the glossary), `text` (of a lesson), or what other apps have: "
        "`note` of the reader, `discussion` (a question at a lesson, or a reply to one)."
    )
    course = serializers.CharField(help_text="The course's `slug`.")
    activity = ActivityRefSerializer(allow_null=True, help_text="The lesson, if the place is in one.")
    title = serializers.CharField()
    section = serializers.CharField(help_text="The heading above the place. May be empty.")
    anchor = serializers.CharField(
        help_text="The block of the lesson's `html`: see `position` of a lesson. Empty for other kinds."
    )
    language = serializers.CharField(help_text="The language of the text. May be empty.")
    parts = SearchPartSerializer(many=True, help_text="The text around the first word, cut at its words.")
    url = serializers.CharField(help_text="The page of the place, relative to the site.")


class SearchSerializer(OutputSerializer):
    """What was found: the best hits first, at most 60 of courses and 20 of each other kind."""

    query = serializers.CharField(source="query.text", help_text="What was looked for.")
    is_cut = serializers.BooleanField(help_text="Whether there may be more. More words find fewer places.")
    did_you_mean = serializers.CharField(
        source="suggestion", help_text="If nothing was found: another query that finds something. May be empty."
    )
    results = HitSerializer(many=True)


def _parts(snippet: Snippet) -> list[Part]:
    return [Part(text, bool(at % 2)) for at, text in enumerate(snippet.parts) if text]


def _of_course(hit: Hit) -> dict[str, Any]:
    return {
        "kind": hit.kind,
        "course": hit.course.slug,
        "activity": hit.lesson and ActivityRefSerializer.shape(hit.lesson),
        "title": hit.title,
        "section": hit.section,
        "anchor": hit.anchor,
        "language": hit.language,
        "parts": SearchPartSerializer.shape_all(_parts(hit.snippet)),
        "url": hit.url,
    }


def _own(kind: str, hit: OwnHit) -> dict[str, Any]:
    return {
        "kind": kind,
        "course": hit.course,
        "activity": None,
        "title": hit.title,
        "section": "",
        "anchor": "",
        "language": "",
        "parts": SearchPartSerializer.shape_all(_parts(hit.snippet)),
        "url": hit.url,
    }


def shape(result: Result) -> dict[str, Any]:
    """Return the answer to a search."""
    own = [_own(each.source.kind, hit) for each in result.own for hit in each.hits]
    return {
        "query": result.query.text,
        "is_cut": result.is_cut,
        "did_you_mean": result.suggestion,
        "results": [*own, *map(_of_course, result.found.hits())],
    }


class Search(AuthenticatedAPIView):
    @extend_schema(
        operation_id="search_find",
        summary="Look for words in the lessons and glossaries of the student's courses",
        description="In the language of the request, as the student would read it. A place has all words, which may be parts of "
        "words. Case, spaces inside Korean words and the composition of Hangul make no difference.",
        tags=["courses"],
        parameters=[
            OpenApiParameter("q", {"type": "string", "minLength": 2, "maxLength": LONGEST}, required=True),
            OpenApiParameter("course", str, description="The `slug` of the only course to look in."),
        ],
        responses={200: SearchSerializer, **problems(400)},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        query = read_query(request.query_params.get("q", ""))
        return Response(shape(search(request.user, query, request.query_params.get("course", ""))))
