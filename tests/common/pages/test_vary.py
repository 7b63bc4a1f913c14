"""`Vary` names each header once, in the order in which it was added."""

import pytest
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers

from common.pages.vary import vary_on


@pytest.mark.parametrize("before", ["", "Cookie", "Accept, Accept-Encoding", "accept-language,  Cookie", "*"])
@pytest.mark.parametrize("header", ["Cookie", "Accept-Language"])
def test_it_adds_what_django_adds(before: str, header: str) -> None:
    ours, djangos = (HttpResponse(headers={"Vary": before} if before else None) for _ in range(2))

    for _twice in range(2):
        vary_on(ours, header)
        patch_vary_headers(djangos, [header])

    assert ours.headers["Vary"] == djangos.headers["Vary"]
