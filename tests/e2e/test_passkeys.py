"""A student adds a passkey and signs in with it, in a Chromium with a virtual authenticator."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PASSWORD, Visitor, sign_up

pytestmark = [pytest.mark.e2e, pytest.mark.processes]

Visit = Callable[..., Visitor]


def with_a_name(visitor: Visitor) -> str:
    """Return the address of the product by a name: browsers refuse passkeys at an address of numbers."""
    return f"http://localhost:{visitor.product.port}"


def test_a_student_adds_a_passkey_and_signs_in_with_it(visit: Visit) -> None:
    visitor = visit("en")
    sign_up(visitor)
    page, site = visitor.page, with_a_name(visitor)
    session = visitor.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )
    page.goto(f"{site}/accounts/login/?next=/accounts/2fa/webauthn/")
    page.fill("input[name=login]", visitor.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button:not([name=language])")
    page.get_by_role("link", name="Add a passkey").click()
    # The password was given a moment ago, so it is not asked for again.
    page.get_by_label("Name of the passkey").fill("Test device")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("recovery codes").first).to_be_visible()
    page.goto(f"{site}/accounts/2fa/webauthn/")
    expect(page.get_by_text("Test device").first).to_be_visible()

    visitor.context.clear_cookies()
    page.goto(f"{site}/accounts/login/?next=/review/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{site}/review/")
    assert visitor.complaints == []


def test_a_device_that_does_not_confirm_is_told_in_words(visit: Visit) -> None:
    visitor = visit("ko")
    page = visitor.page
    session = visitor.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
            }
        },
    )
    page.goto(f"{with_a_name(visitor)}/accounts/login/")
    page.locator("#passkey_login").click()
    expect(page.locator("[data-passkey-error]")).to_be_visible()
    assert visitor.complaints == []


def test_at_an_address_of_numbers_no_passkey_is_offered(visit: Visit) -> None:
    page = visit("en").go("/accounts/login/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.locator("#passkey_login")).to_be_hidden()
