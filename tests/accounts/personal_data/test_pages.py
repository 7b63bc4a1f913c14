"""The page of personal data: public, in both languages, linked from sign-up and from My account."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

URL = "/accounts/personal-data/"

pytestmark = pytest.mark.django_db


def test_anybody_may_read_it_without_a_query(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        page = client.get(URL, headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert "<strong>Person</strong>: e-mail address, name, language" in page.text
    assert "GDPR 6(1)(b)" in page.text


def test_it_is_korean_too(client: Client) -> None:
    text = client.get(URL, headers={"Accept-Language": "ko"}).text
    assert "개인정보 보호법 제15조 제1항 제4호" in text
    assert "<strong>사용자</strong>: 이메일 주소, 이름, 언어" in text


def test_sign_up_links_to_it(client: Client) -> None:
    assert f'href="{URL}"' in client.get("/accounts/signup/").text


def test_my_account_links_to_it(alice_client: Client) -> None:
    assert f'href="{URL}"' in alice_client.get("/accounts/settings/").text
