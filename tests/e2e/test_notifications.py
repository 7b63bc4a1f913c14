"""Notifications in a browser: the switch of the page, what the worker shows, and where a press leads.

No push service is in reach of these tests. So the page's subscription is made up, and Chromium's tools deliver the message.
"""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from common.messages.kinds import Urgency
from push.transports import web
from push.transports.base import Notification
from tests.e2e.conftest import Visitor, sign_up
from tests.e2e.test_reading_offline import ready
from tests.product import wait_for
from tests.push.service import Browser

pytestmark = [pytest.mark.e2e, pytest.mark.processes]

Visit = Callable[..., Visitor]
PAGE = "/notifications/devices/"
WORDS = {
    "ko": {"on": "켜기", "off": "끄기", "is_on": "켜짐", "new": "새로운 소식이 있어요."},
    "en": {"on": "Switch on", "off": "Switch off", "is_on": "On", "new": "There is something new for you."},
}
# A push service that this browser is subscribed to, as long as the tab is open.
SUBSCRIBED = """
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
const made = (key) => ({
  endpoint: %(endpoint)s,
  options: { applicationServerKey: bytes(key).buffer },
  toJSON: () => (%(body)s),
  unsubscribe: async () => sessionStorage.removeItem("key") ?? true,
});
PushManager.prototype.getSubscription = async () => sessionStorage.getItem("key") && made(sessionStorage.getItem("key"));
PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey: key }) => {
  if (!userVisibleOnly) throw new TypeError("Not shown.");
  sessionStorage.setItem("key", key);
  return made(key);
};
"""


def subscriber(visit: Visit, language: str) -> Visitor:
    """Somebody whose browser may show notifications, and can be subscribed."""
    visitor = visit(language)
    sign_up(visitor)
    visitor.context.grant_permissions(["notifications"], origin=visitor.product.address)
    body = Browser(f"https://push.example.com/{visitor.email}").body
    visitor.page.add_init_script(SUBSCRIBED % {"endpoint": json.dumps(body["endpoint"]), "body": json.dumps(body)})
    return visitor


def deliver(visitor: Visitor, data: str) -> None:
    """Give the worker of the page a message, as the browser does when one arrives."""
    devtools = visitor.context.new_cdp_session(visitor.page)
    found: list[dict[str, Any]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    devtools.send("ServiceWorker.enable")
    address = visitor.product.address
    visitor.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    own = next(each for each in found if each["scopeURL"] == f"{address}/" and not each["isDeleted"])
    devtools.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": address, "registrationId": own["registrationId"], "data": data},
    )


def shown(page: Page) -> list[dict[str, Any]]:
    """The notifications that the site shows within ten seconds, at least one."""
    found: list[dict[str, Any]] = page.evaluate("""async () => {
        const registration = await navigator.serviceWorker.ready;
        for (let turn = 0; turn < 200; turn += 1) {
            const all = await registration.getNotifications();
            if (all.length) return all.map(({ title, body, lang, data }) => ({ title, body, lang, data }));
            await new Promise((done) => setTimeout(done, 50));
        }
        return [];
    }""")
    return found


def press(visitor: Visitor) -> str:
    """Press the notification, and return the address that the worker opens. A window needs a finger, so none opens here."""
    [worker] = visitor.context.service_workers
    opened: str = worker.evaluate("""async () => {
        const [notification] = await self.registration.getNotifications();
        return new Promise((done) => {
            self.clients.openWindow = async (address) => { done(address); return null; };
            self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
        });
    }""")
    return opened


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_message_is_shown_and_a_press_leads_to_it(visit: Visit, language: str) -> None:
    visitor = subscriber(visit, language)
    ready(visitor.page)
    page = visitor.go("/courses/")
    title = {"ko": "공지", "en": "Announcements"}[language]
    message = web.write(
        Notification(
            title=title,
            body="data-analytics-week-2",
            url=f"{visitor.product.address}/notifications/",
            language=language,
            topic="",
            urgency=Urgency.NORMAL,
            lifetime=timedelta(hours=1),
        )
    )

    deliver(visitor, message.decode())

    [found] = shown(page)
    assert found == {
        "title": title,
        "body": "data-analytics-week-2",
        "lang": language,
        "data": f"{visitor.product.address}/notifications/",
    }
    page.goto(press(visitor))
    assert page.url == f"{visitor.product.address}/notifications/"
    assert page.evaluate("async () => (await (await navigator.serviceWorker.ready).getNotifications()).length") == 0
    assert visitor.complaints == []


@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_is_no_message_says_that_there_is_something(visit: Visit, language: str) -> None:
    visitor = subscriber(visit, language)
    ready(visitor.page)
    page = visitor.go("/courses/")
    deliver(visitor, '{"notification": {"navigate": "https://elsewhere.example/"}}')
    [found] = shown(page)
    assert (found["title"], found["body"]) == ("Baeum", WORDS[language]["new"])
    assert found["data"] == f"{visitor.product.address}/notifications/"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_browser_is_switched_on_and_off(visit: Visit, language: str) -> None:
    words = WORDS[language]
    visitor = subscriber(visit, language)
    page = visitor.go(PAGE)
    devices = page.locator("#devices + ul")
    expect(devices.locator("form")).to_have_count(0)
    assert Axe().run(page).violations_count == 0

    page.get_by_role("button", name=words["on"], exact=True).click()

    expect(page.locator("[data-push-state=on]")).to_be_visible()
    expect(devices.locator("form")).to_have_count(1)
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name=words["off"]).click()
    expect(devices.locator("form")).to_have_count(0)
    expect(page.locator("[data-push-state=off]")).to_be_visible()
    assert visitor.complaints == []


def endpoints(visitor: Visitor) -> list[str]:
    """Where the site sends what is for this person."""
    query = "SELECT endpoint FROM push_subscription WHERE endpoint LIKE ?"
    with closing(sqlite3.connect(visitor.product.home / "baeum.sqlite3", timeout=60)) as database:
        return [endpoint for (endpoint,) in database.execute(query, [f"%{visitor.email}%"])]


def test_a_browser_whose_subscription_has_ended_subscribes_anew(visit: Visit) -> None:
    visitor = subscriber(visit, "en")
    page = visitor.go(PAGE)
    page.get_by_role("button", name=WORDS["en"]["on"], exact=True).click()
    expect(page.locator("[data-push-state=on]")).to_be_visible()
    before = endpoints(visitor)
    body = Browser(f"https://push.example.com/again/{visitor.email}").body
    [worker] = visitor.context.service_workers

    # No browser ends a subscription when a test wants it.
    worker.evaluate(
        """(body) => {
            PushManager.prototype.getSubscription = async () => null;
            PushManager.prototype.subscribe = async () => ({ toJSON: () => body });
            self.dispatchEvent(new ExtendableEvent("pushsubscriptionchange"));
        }""",
        body,
    )

    wait_for(lambda: endpoints(visitor) == [body["endpoint"]])
    assert before == [f"https://push.example.com/{visitor.email}"]


def test_a_browser_that_blocks_notifications_is_told_what_to_do(visit: Visit) -> None:
    visitor = visit("en")
    sign_up(visitor)
    visitor.page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    page = visitor.go(PAGE)
    expect(page.locator("[data-push-state=denied]")).to_be_visible()
    expect(page.get_by_role("button", name="Switch on", exact=True)).to_have_count(0)


def test_a_browser_without_notifications_is_told_so(visit: Visit) -> None:
    visitor = visit("en")
    sign_up(visitor)
    visitor.page.add_init_script("delete window.PushManager")
    page = visitor.go(PAGE)
    expect(page.locator("[data-push-state=unsupported]")).to_be_visible()


def test_permission_is_asked_only_when_somebody_presses(visit: Visit) -> None:
    visitor = subscriber(visit, "en")
    visitor.page.add_init_script(
        "Notification.requestPermission = async () => { window.asked = true; return 'default'; }"
    )
    page = visitor.go(PAGE)
    button = page.get_by_role("button", name="Switch on", exact=True)
    expect(button).to_be_visible()
    assert page.evaluate("window.asked") is None
    button.click()
    page.wait_for_function("window.asked")


def test_without_javascript_the_page_says_what_is_needed(visit: Visit) -> None:
    visitor = visit("en", javascript=False)
    sign_up(visitor)
    page = visitor.go(PAGE)
    expect(page.locator(".without-script")).to_be_visible()
    expect(page.locator(".without-script")).to_contain_text("this page needs JavaScript")
    expect(page.get_by_role("heading", name="What they are about")).to_be_visible()
