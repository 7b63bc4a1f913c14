"""Build a script from several modules, with the texts that it shows.

A file that another one imports has no fingerprint in its address, and a browser may hold an older one for a year. A script that
contains what it imports is of one build.
"""

import json
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

_SOURCES = Path(settings.BASE_DIR) / "static/baeum"
# Each module comes after those that it imports.
_WORKER = ("offline/rules.js", "offline/shelf.js", "offline/notices.js", "offline/worker.js")
_ANSWERS = ("attempt/kept-answers.js", "attempt/server.js", "attempt/save-queue.js", "offline/answers.js")


@cache
def worker() -> str:
    """Return the service worker: a classic script, because not every browser takes modules here.

    It changes with each of the files and texts that it keeps, so a new build has a new worker.
    """
    modules = _as_one(_WORKER)
    languages = [code for code, _name in settings.LANGUAGES]
    given: dict[str, Any] = {
        "pages": {language: reverse("offline:offline", args=[language]) for language in languages},
        "words": {language: _words_of_worker(language) for language in languages},
        "notices": {
            "home": reverse("notifications:message-list"),
            "devices": reverse("push:devices"),
            "icon": static("baeum/app/icon-192.png"),
        },
    }
    shown = [static(name) for name in ("baeum/baeum.css", "baeum/icon.svg")]
    given["version"] = sha256(json.dumps([modules, given, shown]).encode()).hexdigest()[:12]
    return f"{modules}\nstart(self, {json.dumps(given, ensure_ascii=False)});\n"


@cache
def answers(language: str) -> str:
    """Return the module that sends kept answers. It exports `mayLeave`, which asks before a sign-out deletes them."""
    words = json.dumps(_words_of_answers(language), ensure_ascii=False)
    return f"{_as_one(_ANSWERS)}\nexport const mayLeave = start(document, {words});\n"


def _as_one(names: tuple[str, ...]) -> str:
    """Return the modules as one script, without imports, exports and comments. No two of them have a name alike."""
    source = "\n".join((_SOURCES / name).read_text(encoding="utf-8") for name in names)
    return re.sub(r"^(?:import .*;\n|export | *//.*\n)", "", source, flags=re.MULTILINE)


def _words_of_answers(language: str) -> dict[str, str]:
    with translation.override(language):
        return {
            "saved": _("Answers that you gave without a network have been sent: {number}."),
            "late": _(
                "Answers that came after the deadline: {number}. They are kept with the time at which you gave them, and "
                "count if your instructor accepts them."
            ),
            "open": _("Answers that could not be stored: {number}. They are still in this browser."),
            "look": _("Look at the quiz"),
            "leave": _(
                "Some of your answers have not been sent yet. If you sign out now, they are deleted from this browser."
            ),
        }


def _words_of_worker(language: str) -> dict[str, str]:
    """Return what the worker says in a language. It puts the time where {moment} is."""
    with translation.override(language):
        return {
            "bar": _("The site cannot be reached. You are reading what was kept on this device on {moment}."),
            "again": _("Load this page again"),
            "readable": _("These lessons can be read on this device:"),
            "asOf": _("as of {moment}"),
            "nothing": _("Nothing can be read offline here. Lessons that you open while you are online are kept."),
            "loading": _("{done} of {all} lessons"),
            "kept": _("On this device: {pages} lessons, {megabytes} MB, as of {moment}"),
            "removed": _("Removed from this device."),
            "failed": _("The download stopped. What has arrived can be read offline."),
            "notice": _("There is something new for you."),
            "full": _("Downloads take 150 MB already. Remove another course first."),
        }
