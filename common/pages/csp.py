"""Set the content security policy of each response."""

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware as BaseCSPMiddleware
from django.http import HttpRequest, HttpResponseBase

# For API answers. They are data, so a browser that opens one must not run or load anything.
API_POLICY = "default-src 'none'; frame-ancestors 'none'"


class CSPMiddleware(BaseCSPMiddleware):
    """Use the strict policy of the settings. In the admin, allow inline styles, inline scripts and eval, which unfold needs.

    The API's policy is a constant, because building a policy for each answer costs as much as a query.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if "json" in response.get("Content-Type", ""):
            response["Content-Security-Policy"] = API_POLICY
            return response
        if request.path.startswith("/admin/"):
            response._csp_replace = {  # type: ignore[attr-defined]
                "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
                "style-src": [SELF, UNSAFE_INLINE],
                # What a view asks for itself, such as a page that may stand in a frame of this site.
                **getattr(response, "_csp_replace", {}),
            }
        return super().process_response(request, response)
