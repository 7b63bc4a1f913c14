"""Say in a few words with which browser or app, and on which system, somebody signs in."""

import re

# The first that is found names the browser: most of them also claim to be those below.
_BROWSERS = (
    ("SamsungBrowser", "Samsung Internet"),
    ("Whale/", "Whale"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("FxiOS", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
# Android says that it is Linux, and iPads say that they are like a Mac.
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_FIRST_PRODUCT = re.compile(r"[\w.+ -]{1,40}")


def describe_client(user_agent: str) -> str:
    """Return such as "Firefox, Android"; of an app, the name with which its User-Agent begins. Empty if it says nothing."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    if not browser:
        product = _FIRST_PRODUCT.match(user_agent.partition("/")[0].strip())
        browser = product[0].strip() if product else ""
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)
