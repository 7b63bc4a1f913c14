"""Name in `Vary` what an answer depends on."""

from functools import lru_cache

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

# Few combinations occur. A view may name any header, so the number is bounded.
_COMBINATIONS = 100


def vary_on(response: HttpResponseBase, header: str) -> None:
    """Add `header` to `Vary`, as Django's `patch_vary_headers` does.

    Three layers do so for each answer, with the same few values, and Django splits and joins them each time.
    """
    headers = response.headers
    headers["Vary"] = _added(headers.get("Vary", ""), header)


@lru_cache(_COMBINATIONS)
def _added(before: str, header: str) -> str:
    response = HttpResponse(headers={"Vary": before} if before else None)
    patch_vary_headers(response, [header])
    return response.headers["Vary"]
