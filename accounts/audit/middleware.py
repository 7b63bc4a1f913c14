"""Tell the audit log who acts, and record what the admin's forms and lists show."""

from collections.abc import Callable
from typing import Any

from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse

from accounts.audit import context, recording


class AuditMiddleware:
    """Must come after AuthenticationMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with context.acting(context.Context(request)):
            return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: Any) -> Any:
        """Record the people in lists, forms, histories and confirmations of the admin, whoever registered their model."""
        shown = response.context_data or {}
        if "cl" in shown:
            recording.record_rows(shown["cl"].model, shown["cl"].result_list)
        for name in ("original", "object"):
            if getattr(shown.get(name), "pk", None) is not None:
                recording.record_rows(type(shown[name]), [shown[name]])
                break
        if "queryset" in shown:
            recording.record_rows(shown["queryset"].model, shown["queryset"])
        if "adminform" in shown:
            for field in shown["adminform"].form.fields.values():
                if isinstance(field, ModelChoiceField) and field.queryset is not None:
                    recording.record_rows(field.queryset.model, field.queryset)
        return response
