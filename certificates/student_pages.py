"""Show students what their certificate needs, make it, and let them download it."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import AuthenticatedRequest
from certificates import documents, issuing
from certificates.models import Certificate
from common.lookup import or_404
from courses import access
from courses.pages.joining import offers_to_join
from reports import students


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@offers_to_join
def own(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Show the student's certificate, or what is missing. A POST makes it, or makes it again with another name."""
    enrolment = access.enrolment_or_404(request.user, slug)
    error, name = "", request.user.name
    if request.method == "POST":
        name = request.POST.get("name", "")
        try:
            issuing.issue(enrolment=enrolment, name=name, now=timezone.now())
        except issuing.WrongName as refused:
            error = refused.message
        except issuing.NotCompleted as refused:
            messages.error(request, refused.message)
            return redirect(request.path)
        else:
            messages.success(request, _("Your certificate is made."))
            return redirect(request.path)
    certificate = issuing.find_certificate(enrolment)
    context: dict[str, object] = {"course": enrolment.course, "certificate": certificate, "error": error, "name": name}
    if certificate is not None:
        context |= _shown(certificate, has_error=bool(error))
    else:
        report, rule = issuing.get_report(enrolment), students.get_rule(enrolment.course)
        waits = issuing.waits_for_release(enrolment, rule)
        context |= {
            "conditions": issuing.get_conditions(report, rule),
            "is_complete": report.is_complete(rule) and not waits,
            "waits": waits,
            "withdrawn": Certificate.objects.filter(enrolment=enrolment, reason=Certificate.Reason.WITHDRAWN)
            .order_by("-revoked_at")
            .first(),
        }
    return render(request, "certificates/own.html", context, status=400 if error else 200)


def _shown(certificate: Certificate, *, has_error: bool) -> dict[str, object]:
    made = set(certificate.files.values_list("language", flat=True))
    return {
        "files": [(code, name) for code, name in settings.LANGUAGES if code in made],
        "is_drawn": len(made) == len(settings.LANGUAGES),
        "address": documents.address_of(certificate),
        "linked_in": _linked_in(certificate),
        "renaming": has_error,
        "is_changed": issuing.get_state(certificate) == issuing.State.CHANGED,
    }


def _linked_in(certificate: Certificate) -> str:
    """Return the address at which LinkedIn offers to add the certificate to the reader's profile."""
    issued = timezone.localtime(certificate.issued_at)
    values = {
        "startTask": "CERTIFICATION_NAME",
        "name": certificate.title,
        "organizationName": "Baeum",
        "issueYear": issued.year,
        "issueMonth": issued.month,
        "certUrl": documents.address_of(certificate),
        "certId": certificate.code,
    }
    return f"https://www.linkedin.com/profile/add?{urlencode(values)}"


@login_required
@require_safe
def download(request: AuthenticatedRequest, slug: str, language: str) -> HttpResponse:
    """Send the PDF of the student's certificate in one language."""
    certificate = issuing.find_certificate(access.enrolment_or_404(request.user, slug))
    return documents.send(or_404(certificate), language)
