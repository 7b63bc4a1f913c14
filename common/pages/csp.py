"""Owns which content-security policy a page gets."""

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware as BaseCSPMiddleware
from django.http import HttpRequest, HttpResponseBase

# An answer of the API is data: whoever opens it in a browser gets nothing that could run or load.
API_POLICY = "default-src 'none'; frame-ancestors 'none'"


class CSPMiddleware(BaseCSPMiddleware):
    """The strict policy of the settings; the admin's own where unfold needs it (it bundles Alpine, which evaluates).

    The API's is a constant: building a policy for each answer would cost as much as a query.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if "json" in response.get("Content-Type", ""):
            response["Content-Security-Policy"] = API_POLICY
            return response
        if request.path.startswith("/admin/"):
            response._csp_replace = {  # type: ignore[attr-defined]
                "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
                "style-src": [SELF, UNSAFE_INLINE],
            }
        return super().process_response(request, response)
