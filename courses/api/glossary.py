"""Serve the glossary of a course through the API. The page calls the same function."""

from dataclasses import dataclass

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from common import languages
from common.api.openapi import problems
from common.api.serializers import OutputSerializer
from courses import access
from courses.api.serializers import ActivityRefSerializer
from courses.lessons.glossary import Glossary, get_glossary
from courses.models import GlossaryTerm


class GlossaryTermSerializer(OutputSerializer):
    key = serializers.CharField(source="term.key", help_text="Names the term in the course.")
    letter = serializers.CharField(help_text="The letter or consonant under which it stands; `#` for all others.")
    term = serializers.CharField(source="term.term")
    other_term = serializers.CharField(
        help_text="The term in the site's other language. Empty if there is none, or if it is the same."
    )
    definition = serializers.CharField(source="term.definition")
    lesson = ActivityRefSerializer(source="term.lesson", allow_null=True, help_text="The lesson that teaches it.")


class GlossarySerializer(OutputSerializer):
    """The terms in the order of a dictionary in the reader's language."""

    course = serializers.CharField(help_text="The course's `slug`.")
    term_count = serializers.IntegerField(
        min_value=0, source="glossary.all_count", help_text="The number of all terms."
    )
    results = GlossaryTermSerializer(many=True)


@dataclass(frozen=True, slots=True)
class ListedTerm:
    letter: str
    term: GlossaryTerm

    @property
    def other_term(self) -> str:
        reader = languages.active()
        names = [str(getattr(self.term, f"term_{code}") or "") for code, _name in settings.LANGUAGES if code != reader]
        return next((name for name in names if name and name != str(self.term.term)), "")


@dataclass(frozen=True, slots=True)
class CourseGlossary:
    course: str
    glossary: Glossary

    @property
    def results(self) -> list[ListedTerm]:
        return [ListedTerm(letter.name, term) for letter in self.glossary.letters for term in letter.terms]


class CourseGlossaryDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="course_glossary",
        summary="A course's glossary",
        description="All terms in one answer, so that an app can keep them for reading without a network.",
        tags=["courses"],
        parameters=[
            OpenApiParameter(
                "q",
                str,
                description="Only terms that contain this, in either language or in the definition. Consonants only find "
                "Korean words by their first consonants. Characters after the hundredth are ignored.",
            )
        ],
        responses={200: GlossarySerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, slug: str) -> Response:
        course = access.enrolment_or_404(request.user, slug).course
        wanted = request.query_params.get("q", "")
        self.tag_state(request, course.revision, wanted)
        glossary = get_glossary(course, wanted)
        return Response(GlossarySerializer.shape(CourseGlossary(course.slug, glossary)))
