"""Read which apps open the site's links: iOS and Android ask the site for the list (`lms.deep_links`)."""

import re

from django.core.exceptions import ImproperlyConfigured

from lms.settings.environment import env

_IOS_APP = re.compile(r"[A-Z0-9]{10}\.[A-Za-z0-9.-]{1,155}")
_ANDROID_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+")
_FINGERPRINT = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){31}")


def _read_ios_apps(given: list[str]) -> list[str]:
    for app in given:
        if not _IOS_APP.fullmatch(app):
            raise ImproperlyConfigured(f"BAEUM_IOS_APP_IDS: an entry is like ABCDE12345.com.example.app, not {app!r}.")
    return given


def _read_android_apps(given: list[str]) -> dict[str, list[str]]:
    """Return {package: fingerprints of its certificates}. An app that is signed by several keys has an entry for each."""
    apps: dict[str, list[str]] = {}
    for entry in given:
        package, _sign, fingerprint = entry.partition("=")
        fingerprint = fingerprint.upper()
        if not _ANDROID_PACKAGE.fullmatch(package) or not _FINGERPRINT.fullmatch(fingerprint):
            raise ImproperlyConfigured(
                "BAEUM_ANDROID_APPS: an entry is like com.example.app=AB:CD:…, with the SHA-256 fingerprint of the "
                f"certificate in 32 pairs, not {entry!r}."
            )
        apps.setdefault(package, []).append(fingerprint)
    return apps


def _list(name: str) -> list[str]:
    return [entry.strip() for entry in env.list(name, default=[]) if entry.strip()]


IOS_APP_IDS = _read_ios_apps(_list("BAEUM_IOS_APP_IDS"))
ANDROID_APPS = _read_android_apps(_list("BAEUM_ANDROID_APPS"))
