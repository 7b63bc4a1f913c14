"""A large file on the admin page of the running product: the page answers at once, and the worker reads the file."""

import http.cookiejar
import urllib.parse
import urllib.request
import uuid

import pytest

from tests.product import Product, wait_for

pytestmark = pytest.mark.processes
LARGE = "\n\n".join(
    f"::new-{n}::[html]<p>What <b>is</b> it?</p> {'word ' * 500}{{=a#good ~b ~c ~d}}" for n in range(1000)
).encode()


class Browser:
    """A signed-in instructor without script."""

    def __init__(self, product: Product) -> None:
        self.site = product.address
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.opener.addheaders = [("Accept-Language", "en")]
        self.get("/accounts/login/")
        self.post("/accounts/login/", {"login": "instructor@example.com", "password": "week2-demo"})

    def get(self, path: str) -> tuple[str, str]:
        """Return the path that it led to, and the page."""
        with self.opener.open(f"{self.site}{path}", timeout=60) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read().decode()

    def post(self, path: str, fields: dict[str, str], file: bytes = b"") -> tuple[str, str]:
        token = next(str(cookie.value) for cookie in self.cookies if cookie.name == "csrftoken")
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in {**fields, "csrfmiddlewaretoken": token}.items()
        ]
        if file:
            head = 'Content-Disposition: form-data; name="file"; filename="questions.txt"'
            parts.append(f"--{boundary}\r\n{head}\r\n\r\n".encode() + file + b"\r\n")
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        request = urllib.request.Request(f"{self.site}{path}", body)
        request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        with self.opener.open(request, timeout=60) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read().decode()


def test_a_large_file_is_read_by_the_worker_and_its_plan_can_be_cancelled(running_product: Product) -> None:
    browser = Browser(running_product)
    address = "/admin/workspace/data-analytics-week-2/questions/quiz-data-issues/import/"

    path, page = browser.post(address, {"language": "en"}, LARGE)

    assert path != address
    # The page does not wait for the worker, which takes seconds to read the file.
    assert "<noscript>" in page
    wait_for(lambda: "1000 added" in browser.get(path)[1], every=0.2)
    assert "cancelled" in browser.post(path, {"cancel": "1"})[1]
