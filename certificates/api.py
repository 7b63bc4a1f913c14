"""Serve a student's own certificates through the API. The page calls the same functions."""

from uuid import UUID

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import AuthenticatedAPIView, AuthenticatedRequest
from certificates import documents, issuing
from certificates.models import Certificate, CertificateFile, CertificateQuerySet
from common.api.openapi import problems
from common.api.pagination import PAGE_PARAMETERS, PageSerializer, paginate, paginated
from common.api.serializers import InputSerializer, OutputSerializer
from courses import access

# Of a row. `certificates.checking` stores what the grades say about it some minutes after they have changed.
STATUSES = ["valid", "changed", *Certificate.Reason.values]


class CertificateSerializer(OutputSerializer):
    """That the student has completed a course."""

    uuid = serializers.UUIDField()
    course = serializers.CharField(source="enrolment.course.slug", help_text="The course's `slug`.")
    title = serializers.CharField(help_text="The title that the course had then.")
    name = serializers.CharField(help_text="The name that it shows.")
    code = serializers.CharField(help_text="With it, others verify the certificate.")
    path = serializers.CharField(
        help_text="The public page that says whether it is valid, relative to the site.",
    )
    issued_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True, help_text="Null if it was not revoked.")
    status = serializers.ChoiceField(
        choices=STATUSES,
        help_text="`valid` unless it was revoked: then why. `changed`: the grades no longer reach it, as its public page says.",
    )
    note = serializers.CharField(help_text="What the instructor wrote about it. May be empty.")
    languages = serializers.ListField(
        child=serializers.CharField(),
        help_text="The languages of which there is a PDF, some seconds after the request.",
    )


class CertificateListSerializer(PageSerializer):
    results = CertificateSerializer(many=True)


class CertificateInput(InputSerializer):
    """Asks for the certificate of a course."""

    course = serializers.SlugField(max_length=100, help_text="The course's `slug`.")
    name = serializers.CharField(max_length=1000, help_text=f"What it shows, of {issuing.MAX_NAME} characters at most.")


def own(request: AuthenticatedRequest) -> CertificateQuerySet:
    """Return the certificates of who asks, with the languages of their PDFs. Two queries, whatever their number."""
    files = CertificateFile.objects.only("certificate", "language").order_by("language")
    return Certificate.objects.of(request.user).prefetch_related(Prefetch("files", files, to_attr="made"))


class CertificateList(AuthenticatedAPIView):
    @extend_schema(
        operation_id="certificates_list",
        summary="The student's certificates",
        description="The newest first, with those that were replaced or withdrawn.",
        tags=["certificates"],
        parameters=PAGE_PARAMETERS,
        responses={200: CertificateListSerializer, **problems(400)},
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        page = paginate(request, own(request), ("-pk",))
        return paginated(page, {"results": CertificateSerializer.shape_all(page.items)})

    @extend_schema(
        operation_id="certificate_issue",
        summary="Ask for the certificate of a course",
        description="The same name again answers with the same certificate. Another name replaces it by a new one. Refused "
        "with `course-not-completed` before the course is completed, with `certificate-name` if it cannot show the name.",
        tags=["certificates"],
        request=CertificateInput,
        responses={201: CertificateSerializer, **problems(400, 404, 409)},
    )
    def post(self, request: AuthenticatedRequest) -> Response:
        given = CertificateInput.read(request.data)
        enrolment = access.enrolment_or_404(request.user, given["course"])
        issued = issuing.issue(enrolment=enrolment, name=given["name"], now=timezone.now())
        return Response(CertificateSerializer.shape(own(request).get(pk=issued.pk)), status=201)


class CertificateDetail(AuthenticatedAPIView):
    @extend_schema(
        operation_id="certificate_read",
        summary="One certificate",
        description="A message in the bell tells when its PDF is made, and when it is no longer valid, or is again.",
        tags=["certificates"],
        responses={200: CertificateSerializer, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID) -> Response:
        return Response(CertificateSerializer.shape(get_object_or_404(own(request), uuid=uuid)))


class CertificatePDF(AuthenticatedAPIView):
    @extend_schema(
        operation_id="certificate_pdf",
        summary="Download the PDF of a certificate",
        description="Only of a certificate that was not revoked, and in one of its `languages`.",
        tags=["certificates"],
        parameters=[
            OpenApiParameter(
                "Content-Disposition",
                str,
                OpenApiParameter.HEADER,
                response=[200],
                description="The name of the file.",
            ),
        ],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, **problems(404)},
    )
    def get(self, request: AuthenticatedRequest, uuid: UUID, language: str) -> HttpResponse:
        valid = Certificate.objects.of(request.user).filter(revoked_at=None)
        return documents.send(get_object_or_404(valid, uuid=uuid), language)
