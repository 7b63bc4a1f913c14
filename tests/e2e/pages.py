"""List the pages of the product by name, with a student's and an instructor's state in them."""

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page

# Without these switches Chromium contacts its vendor at every start.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
COURSE = "/courses/data-analytics-week-2/"
STUDENT = ("student@example.com", "week2-demo")
INSTRUCTOR = ("instructor@example.com", "week2-demo")
WORKSPACE = "/admin/workspace/data-analytics-week-2/"

# Pages that need no account, and those of every student, by name.
PUBLIC = {
    "front": "/",
    "first-lesson": f"{COURSE}first-lesson/",
    "sign-in": "/accounts/login/",
    "sign-up": "/accounts/signup/",
    "password-reset": "/accounts/password/reset/",
    "style-guide": "/styleguide/",
    "problems": "/problems/",
    "api-docs": "/api/docs/",
    "not-found": "/nowhere/",
}
OWN = {
    "today": "/courses/",
    "course": COURSE,
    "glossary": f"{COURSE}glossary/",
    "review": "/review/",
    "messages": "/notifications/",
    "account": "/accounts/settings/",
    "passkeys": "/accounts/2fa/webauthn/",
    "second-step": "/accounts/2fa/",
    "password-change": "/accounts/password/change/",
    "personal-data": "/accounts/personal-data/",
    "audit": "/accounts/audit/",
}
STAFF = {
    "admin": "/admin/",
    "workspace": "/admin/workspace/",
    "outline": WORKSPACE,
    "publish": f"{WORKSPACE}publish/",
    "history": f"{WORKSPACE}history/",
    "files": f"{WORKSPACE}files/",
    "workspace-glossary": f"{WORKSPACE}glossary/",
    "course-settings": f"{WORKSPACE}settings/",
    "attempts": "/admin/quizzes/attempt/",
    "students": "/admin/courses/enrolment/",
}


@dataclass
class Site:
    """A running product, seen by somebody who may be signed in."""

    address: str
    context: BrowserContext
    # Console errors and warnings: violations of the content policy, script errors, missing files.
    complaints: list[str] = field(default_factory=list)

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def sign_in(self, page: Page, email: str, password: str) -> None:
        page.goto(f"{self.address}/accounts/login/")
        page.fill("input[name=login]", email)
        page.fill("input[name=password]", password)
        page.click("main form button:not([name=language])")
        page.wait_for_url("**/courses/")


def make_student_pages(site: Site, page: Page) -> dict[str, str]:
    """Return the pages of a signed-in student by name: theirs, lessons, quizzes, an open attempt and a result.

    Takes one quiz and starts another if the student has not yet.
    """
    page.goto(f"{site.address}{COURSE}")
    links = [link.get_attribute("href") or "" for link in page.locator(".outline-list a").all()]
    lessons = [link for link in links if "/lessons/" in link]
    quizzes = [link for link in links if "/quizzes/" in link]
    found = {**OWN, "lesson": lessons[0], "long-lesson": lessons[3], "check": f"{lessons[0]}check/", "quiz": quizzes[0]}
    found["attempt"] = _open_attempt(site, page, quizzes[0])
    found["result"] = _find_result(site, page, quizzes[1])
    return found


def _open_attempt(site: Site, page: Page, quiz: str) -> str:
    """Start an attempt, or go on with the one that is open. Return its address."""
    page.goto(f"{site.address}{quiz}")
    page.locator("main form button, main a.button").first.click()
    page.wait_for_url("**/attempts/**")
    return page.url.removeprefix(site.address)


def _find_result(site: Site, page: Page, quiz: str) -> str:
    """Return the address of the result of a quiz. Submit an attempt with one answer if there is no result yet."""
    page.goto(f"{site.address}{quiz}")
    taken = page.locator('main table a[href*="/attempts/"]')
    if taken.count():
        taken.first.click()
        page.wait_for_url("**/result/")
        return page.url.removeprefix(site.address)
    page.goto(f"{site.address}{_open_attempt(site, page, quiz)}")
    page.locator("fieldset input[type=radio]").first.check()
    page.locator(".attempt-bar button[name=submit]").click()
    page.locator("button[value=anyway]").click()
    page.wait_for_url("**/result/")
    page.locator(".score").wait_for()
    return page.url.removeprefix(site.address)
