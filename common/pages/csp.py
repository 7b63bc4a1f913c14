"""Set the content security policy of each response."""

from functools import cache

from csp.constants import HEADER, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CheckableLazyObject
from csp.middleware import CSPMiddleware as BaseCSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponseBase

# For API answers. They are data, so a browser that opens one must not run or load anything.
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
# Stands where a page's nonce comes.
_PLACE = "{nonce}"


@cache
def _policy(*, with_nonce: bool) -> str:
    """Return the policy of the settings. Without a nonce, it allows none."""
    return build_policy(nonce=_PLACE if with_nonce else None)


class CSPMiddleware(BaseCSPMiddleware):
    """Use the strict policy of the settings. In the admin, allow inline styles, inline scripts and eval, which unfold needs.

    The policies of the API and of most pages are built once, because building one for each answer costs as much as a query.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        # An answer without a body, such as 304, has no type.
        if "json" in response.get("Content-Type", "json"):
            response["Content-Security-Policy"] = API_POLICY
            return response
        if request.path.startswith("/admin/"):
            response._csp_replace = {  # type: ignore[attr-defined]
                "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
                "style-src": [SELF, UNSAFE_INLINE],
                # What a view asks for itself, such as a page that may stand in a frame of this site.
                **getattr(response, "_csp_replace", {}),
            }
        if HEADER in response or any(name.startswith("_csp_") for name in vars(response)):
            return super().process_response(request, response)
        nonce = getattr(request, "_csp_nonce", None)
        if nonce is None:
            response[HEADER] = _policy(with_nonce=False)
            # As the base class does: a nonce that is read later would not be in the header.
            request.csp_nonce = CheckableLazyObject(self._csp_nonce_post_response)  # type: ignore[attr-defined]
        else:
            response[HEADER] = _policy(with_nonce=True).replace(_PLACE, nonce)
        return response
