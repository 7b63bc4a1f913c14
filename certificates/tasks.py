"""Define the Celery tasks of certificates. Other modules do the work."""

from celery import shared_task
from django.utils import timezone

from certificates import checking, documents
from certificates.models import Certificate


@shared_task
def draw_certificate(certificate_id: int) -> None:
    certificate = Certificate.objects.select_related("enrolment").filter(pk=certificate_id, revoked_at=None).first()
    if certificate is not None:
        documents.make(certificate, now=timezone.now())


@shared_task
def check_certificates() -> None:
    checking.sweep(now=timezone.now())
