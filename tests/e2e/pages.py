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
REPORTS = "/admin/reports/data-analytics-week-2/"
ANNOUNCING = "/admin/announcements/data-analytics-week-2/"
APPEALS = "/admin/appeals/data-analytics-week-2/"
DISCUSSING = "/admin/discussions/data-analytics-week-2/"

# Pages that need no account, and those of every student, by name.
PUBLIC = {
    "front": "/",
    "first-lesson": f"{COURSE}first-lesson/",
    "sign-in": "/accounts/login/",
    "sign-up": "/accounts/signup/",
    "password-reset": "/accounts/password/reset/",
    "style-guide": "/styleguide/",
    "verify-certificate": "/certificates/",
    "problems": "/problems/",
    "api-docs": "/api/docs/",
    "not-found": "/nowhere/",
}
OWN = {
    "today": "/courses/",
    "course": COURSE,
    "glossary": f"{COURSE}glossary/",
    "announcements": f"{COURSE}announcements/",
    "search": "/search/?q=data",
    "certificate": f"{COURSE}certificate/",
    "grades": f"{COURSE}grades/",
    "calendar": "/calendar/",
    "notes": "/notes/",
    "lesson-notes": f"{COURSE}lessons/what-is-data-driven-improvement/notes/",
    "lesson-questions": f"{COURSE}lessons/what-is-data-driven-improvement/questions/",
    "review": "/review/",
    "messages": "/notifications/",
    "account": "/accounts/settings/",
    "notifications": "/notifications/devices/",
    "passkeys": "/accounts/2fa/webauthn/",
    "second-step": "/accounts/2fa/",
    "password-change": "/accounts/password/change/",
    "personal-data": "/accounts/personal-data/",
    "audit": "/accounts/audit/",
    "summaries": "/summaries/",
}
STAFF = {
    "admin": "/admin/",
    "jobs": "/admin/overview/jobs/",
    "course-audit": "/admin/overview/audit/data-analytics-week-2/",
    "definitions": "/admin/overview/definitions/",
    "workspace": "/admin/workspace/",
    "outline": WORKSPACE,
    "publish": f"{WORKSPACE}publish/",
    "history": f"{WORKSPACE}history/",
    "files": f"{WORKSPACE}files/",
    "workspace-glossary": f"{WORKSPACE}glossary/",
    "course-settings": f"{WORKSPACE}settings/",
    "teaching": f"{WORKSPACE}teaching/",
    "gradebook": f"{REPORTS}gradebook/",
    "weights": f"{REPORTS}gradebook/weights/",
    "release": f"{REPORTS}gradebook/release/",
    "stuck": f"{REPORTS}stuck/?away=0&behind=1",
    "completion": f"{REPORTS}completion/",
    "exports": f"{REPORTS}exports/",
    "announcing": ANNOUNCING,
    "announcement-form": f"{ANNOUNCING}new/",
    "appeals": APPEALS,
    "discussions": DISCUSSING,
    "certificates": "/admin/certificates/data-analytics-week-2/",
    "question-figures": "/admin/analysis/data-analytics-week-2/quizzes/quiz-data-driven-improvement/",
    "attempts": "/admin/quizzes/attempt/",
    "waits": "/admin/quizzes/attempt/queue/",
    "saved-comments": "/admin/review/comments/data-analytics-week-2/",
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
    # Hand-ins have other names.
    quizzes = [link for link in links if "/quizzes/quiz-" in link]
    found = {**OWN, "lesson": lessons[0], "long-lesson": lessons[3], "check": f"{lessons[0]}check/", "quiz": quizzes[0]}
    found["attempt"] = _open_attempt(site, page, quizzes[0])
    found["result"] = _find_result(site, page, quizzes[1])
    page.goto(f"{site.address}{found['result']}")
    appeal = page.locator('main a[href*="/appeal/"]').first.get_attribute("href")
    assert appeal is not None
    found["appeal"] = appeal
    return found


def _open_attempt(site: Site, page: Page, quiz: str) -> str:
    """Start an attempt, or go on with the one that is open. Return its address."""
    page.goto(f"{site.address}{quiz}")
    page.locator("main form button, main a.button").first.click()
    page.wait_for_url("**/attempts/**")
    return page.url.removeprefix(site.address)


def _find_result(site: Site, page: Page, quiz: str) -> str:
    """Return the address of the result of a quiz. Without one, submit an attempt with a wrong answer in it."""
    page.goto(f"{site.address}{quiz}")
    taken = page.locator('main table a[href*="/attempts/"]')
    if taken.count():
        taken.first.click()
        page.wait_for_url("**/result/")
        return page.url.removeprefix(site.address)
    page.goto(f"{site.address}{_open_attempt(site, page, quiz)}")
    page.locator("fieldset input[type=radio]").first.check()
    page.locator("fieldset input.text-input").first.fill("zzz")
    page.locator(".attempt-bar button[name=submit]").click()
    page.locator("button[value=anyway]").click()
    page.wait_for_url("**/result/")
    page.locator(".score").wait_for()
    return page.url.removeprefix(site.address)
