"""Measure what a browser loads for the first two lessons, and how steady and early the first one is on a slow phone.

Needs Chromium and the packages of the tests. Sizes are those on the wire: headers and compressed bodies.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.load import HOST, BenchError

# A phone of the middle range on a slow network: bytes a second each way, milliseconds, and how much slower its processor is.
WIDTH, BYTES_A_SECOND, LATENCY, SLOWER = 390, 200_000, 150, 4
# Counts layout shifts as web.dev/cls does within one load, and remembers the largest contentful paint.
OBSERVED = """
window.seen = {cls: 0, lcp: 0};
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.seen.cls += entry.value;
}).observe({type: "layout-shift", buffered: true});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.seen.lcp = entry.startTime;
}).observe({type: "largest-contentful-paint", buffered: true});
"""


@dataclass(frozen=True, slots=True)
class Weight:
    """Kilobytes (1,000 bytes) and requests of two lessons with a cache that was empty, and the first one on a slow phone."""

    language: str
    first_kb: float
    first_requests: int
    fonts_kb: float
    second_kb: float
    second_requests: int
    lcp_ms: float
    cls: float


def find_chromium() -> str | None:
    """Return the path of the installed Chromium or Chrome, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def measure(port: int, sessions: Mapping[str, str], lessons: Sequence[str]) -> Iterator[Weight]:
    """Yield the weight in each language of `sessions`. `lessons` are two paths. Raises BenchError if there is no Chromium."""
    # Only the packages of the tests have it.
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    chromium = find_chromium()
    if not chromium:
        raise BenchError("The weight is measured with Chromium, which is not installed.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for language, session in sessions.items():
            first, second = loads(browser, port, session, lessons, language)
            lcp, cls = _slow_phone(browser, port, session, lessons[0], language)
            yield Weight(
                language=language,
                first_kb=first["bytes"] / 1000,
                first_requests=first["requests"],
                fonts_kb=first["fonts"] / 1000,
                second_kb=second["bytes"] / 1000,
                second_requests=second["requests"],
                lcp_ms=lcp,
                cls=cls,
            )
        browser.close()


def _context(browser: Any, port: int, session: str, language: str) -> Any:
    context = browser.new_context(
        locale={"ko": "ko-KR", "en": "en-GB"}[language], viewport={"width": WIDTH, "height": 844}
    )
    context.add_cookies([{"name": "sessionid", "value": session, "url": f"http://{HOST}:{port}"}])
    return context


def loads(browser: Any, port: int, session: str, lessons: Sequence[str], language: str) -> list[dict[str, int]]:
    """Return bytes, requests and bytes of fonts of two lessons, one after the other, from an empty cache."""
    context = _context(browser, port, session, language)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    kinds: dict[str, str] = {}
    loaded: list[tuple[str, int]] = []
    devtools.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    devtools.on(
        "Network.loadingFinished", lambda event: loaded.append((event["requestId"], event["encodedDataLength"]))
    )
    found = []
    for lesson in lessons[:2]:
        loaded.clear()
        answer = page.goto(f"http://{HOST}:{port}{lesson}", wait_until="networkidle")
        if answer is None or answer.status != 200 or page.locator("html").get_attribute("lang") != language:
            raise BenchError(f"{lesson} did not open in {language}.")
        sent = [(name, size) for name, size in loaded if size]
        fonts = sum(size for name, size in sent if kinds.get(name) == "Font")
        found.append({"bytes": sum(size for _name, size in sent), "requests": len(sent), "fonts": fonts})
    context.close()
    return found


def _slow_phone(browser: Any, port: int, session: str, lesson: str, language: str) -> tuple[float, float]:
    context = _context(browser, port, session, language)
    page = context.new_page()
    page.add_init_script(OBSERVED)
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    limits = {"latency": LATENCY, "downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
    devtools.send("Network.emulateNetworkConditions", {"offline": False, **limits})
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(f"http://{HOST}:{port}{lesson}", wait_until="networkidle")
    seen = page.evaluate("window.seen")
    context.close()
    return seen["lcp"], seen["cls"]
