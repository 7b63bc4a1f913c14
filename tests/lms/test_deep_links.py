"""The files by which iOS and Android learn which apps open the site's links."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from lms.deep_links import PAGES

APPLE = "/.well-known/apple-app-site-association"
ANDROID = "/.well-known/assetlinks.json"
IOS_APP = "ABCDE12345.com.example.app"
FINGERPRINT = ":".join(["AB"] * 32)


@pytest.fixture
def with_apps(settings: Settings) -> None:
    settings.IOS_APP_IDS = [IOS_APP]
    settings.ANDROID_APPS = {"com.example.app": [FINGERPRINT]}


@pytest.mark.parametrize("path", [APPLE, ANDROID])
def test_without_apps_there_is_no_file(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.usefixtures("with_apps")
def test_ios_learns_which_pages_and_passwords_belong_to_the_app(client: Client) -> None:
    answer = client.get(APPLE)

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    found = answer.json()
    assert found["webcredentials"] == {"apps": [IOS_APP]}
    [detail] = found["applinks"]["details"]
    assert detail["appIDs"] == [IOS_APP]
    opened = [component["/"] for component in detail["components"] if "exclude" not in component]
    assert "/courses/*" in opened
    assert not any(path.startswith("/accounts") or path.startswith("/admin") for path in opened)
    # What is excluded comes first, because the first component that matches decides.
    assert detail["components"] == sorted(detail["components"], key=lambda each: "exclude" not in each)


@pytest.mark.usefixtures("with_apps")
def test_android_learns_which_certificates_may_open_links(client: Client) -> None:
    [statement] = client.get(ANDROID).json()

    assert statement["target"]["package_name"] == "com.example.app"
    assert statement["target"]["sha256_cert_fingerprints"] == [FINGERPRINT]
    assert "delegate_permission/common.handle_all_urls" in statement["relation"]


def test_every_path_that_opens_an_app_is_one_of_the_site() -> None:
    pages = [
        reverse("courses:course-list"),
        reverse("quizzes:attempt-detail", args=["3f0e9a52-6d0c-4a47-9a43-0f5c3b8f1f11"]),
        reverse("practice:today"),
        reverse("notifications:message-list"),
    ]

    assert [page.startswith(path.removesuffix("*")) for page, path in zip(pages, PAGES, strict=True)] == [True] * 4


@pytest.mark.parametrize("path", [APPLE, ANDROID])
@pytest.mark.usefixtures("with_apps")
def test_the_files_are_only_read(client: Client, path: str) -> None:
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405
