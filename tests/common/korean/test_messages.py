"""Marks such as {을/를} in translated messages."""

from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy
from rest_framework.exceptions import UnsupportedMediaType

from common.korean.messages import Message, faults
from operations import checks

NO_QUIZ = "There is no quiz “%(quiz)s”."


@pytest.mark.parametrize(
    ("quiz", "sentence"), [("기초", "퀴즈 “기초”가 없습니다."), ("A/B 실험", "퀴즈 “A/B 실험”이 없습니다.")]
)
def test_a_message_of_the_catalogue_has_the_right_particle(quiz: str, sentence: str) -> None:
    with translation.override("ko"):
        assert gettext(NO_QUIZ) % {"quiz": quiz} == sentence


@pytest.mark.parametrize("convert", [lambda lazy: lazy, str])
def test_so_has_a_lazy_one(convert: type[str]) -> None:
    with translation.override("ko"):
        assert convert(gettext_lazy(NO_QUIZ)) % {"quiz": "기초"} == "퀴즈 “기초”가 없습니다."


def test_so_has_one_in_a_template() -> None:
    page = Template("{% load i18n %}{% blocktranslate %}There is no quiz “{{ quiz }}”.{% endblocktranslate %}")
    with translation.override("ko"):
        assert page.render(Context({"quiz": "<기초>"})) == "퀴즈 “&lt;기초&gt;”가 없습니다."


def test_the_other_language_is_as_it_was() -> None:
    with translation.override("en"):
        assert gettext(NO_QUIZ) % {"quiz": "basics"} == "There is no quiz “basics”."


def test_a_mark_in_a_value_is_text() -> None:
    assert Message("%(text)s{은/는} 수가 아닙니다.") % {"text": "{을/를}"} == "{을/를}은 수가 아닙니다."


def test_several_values_have_their_own_particles() -> None:
    message = Message("‘%(one)s’{은/는} ‘%(other)s’{과/와} 한 글자 차이예요.")
    assert message % {"one": "모델", "other": "모데"} == "‘모델’은 ‘모데’와 한 글자 차이예요."


def test_values_in_braces_have_them_too() -> None:
    message = Message("미디어 형식 “{media_type}”{은/는} 지원하지 않아요.")
    assert message.format(media_type="text/html") == "미디어 형식 “text/html”은 지원하지 않아요."


def test_so_has_a_message_of_a_library() -> None:
    with translation.override("ko"):
        assert str(UnsupportedMediaType("text/css").detail) == '요청의 미디어 형식 "text/css"는 지원하지 않아요.'


def test_positional_values_are_refused() -> None:
    with pytest.raises(TypeError):
        Message("%s{은/는}") % "모델"
    with pytest.raises(TypeError):
        Message("{}{은/는}").format("모델")


@pytest.mark.parametrize(
    "text",
    [
        "폴더 %(folder)s 을(를) 실행",
        "%(encoding)s(으)로 읽었습니다",
        "%(name)s이 보여요",
        "“%(title)s”를 다시",
        "<b>%(name)s</b>는 없어요",
        "%(field)s 은/는 이미 있어요",
        '형식 "{media_type}"은 지원하지',
    ],
)
def test_a_translation_with_an_uncertain_particle_has_a_fault(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize(
    "text", ["%(count)s개를 골랐어요", "“%(title)s”{을/를} 다시", "%(name)s 이상", "%(when)s까지", "그(는)"]
)
def test_a_translation_without_one_has_none(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize("folder", ["ko", "packages/ko"])
def test_the_check_of_translations_refuses_one(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for catalogue, text in (("ko", "없어요."), (folder, "%(name)s이(가) 없어요.")):
        path = tmp_path / "locale" / catalogue / "LC_MESSAGES/django.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'msgid "No %(name)s."\nmsgstr "{text}"\n')
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    passed, output = checks.translations()
    assert not passed
    assert "이(가)" in output
