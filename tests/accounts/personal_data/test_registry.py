"""Each field of each model is classified, and a planted one that is not makes the check fail."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import models
from django.utils import translation

from accounts.models import User
from accounts.personal_data import overview, registry
from accounts.personal_data.policies import ACCOUNT, IN_TABLES, PLACES
from courses.models import Enrolment


@pytest.fixture
def kept() -> Iterator[None]:
    """Take back what a test says about models."""
    registry.load()
    before = dict(registry._described)
    yield
    registry._described.clear()
    registry._described.update(before)


@pytest.fixture
def planted() -> Iterator[type[models.Model]]:
    """A model with a field that nobody has classified."""

    class Planted(models.Model):  # noqa: DJ008 (nobody reads its rows)
        phone = models.CharField(max_length=20)

        class Meta:
            app_label = "accounts"

    yield Planted
    del apps.all_models["accounts"]["planted"]
    apps.clear_cache()


def test_each_field_is_classified() -> None:
    assert registry.find_faults() == []


def test_a_planted_model_fails_the_check(planted: type[models.Model]) -> None:
    with pytest.raises(CommandError, match=r"accounts\.planted is not described"):
        call_command("personal_data")


def test_a_planted_field_fails_the_check(planted: type[models.Model], kept: None) -> None:
    registry.describe("accounts.Planted", other="id")
    with pytest.raises(CommandError, match=r"accounts\.planted\.phone is not classified"):
        call_command("personal_data")


@pytest.mark.parametrize(
    ("personal", "other", "person", "fault"),
    [
        ("phone fax", "id", None, "accounts.planted.fax is classified, but there is no such field."),
        ("phone", "id phone", None, "accounts.planted.phone is classified twice."),
        ("phone", "id", None, "accounts.planted.phone is personal, but nothing says whose it is."),
        ("phone", "id", "phone", "accounts.planted: 'phone' does not lead to a person."),
        ("phone", "id", "owner__user", "accounts.planted: 'owner__user' does not lead to a person."),
        ("phone", "id", "pk", "accounts.planted: 'pk' does not lead to a person."),
    ],
)
def test_a_wrong_entry_is_named(
    planted: type[models.Model], kept: None, personal: str, other: str, person: str | None, fault: str
) -> None:
    registry.describe("accounts.Planted", personal={ACCOUNT: personal}, other=other, person=person)
    assert fault in registry.find_faults()


def test_an_entry_without_a_model_is_named(kept: None) -> None:
    registry.describe("accounts.Gone", other="id")
    assert registry.find_faults() == ["accounts.gone is described, but there is no such model."]


def test_rows_lead_to_their_person() -> None:
    described = registry.get_described(Enrolment)
    assert described is not None
    assert described.person == "user"
    assert registry.get_described(User).person == "pk"  # type: ignore[union-attr]


def test_each_policy_is_on_the_page() -> None:
    used = {policy for _model, described in registry.all_described() for policy in described.personal.values()}
    assert used <= set(IN_TABLES)
    assert len(overview.get_sections()) == len(IN_TABLES) + len(PLACES)


def test_each_personal_field_has_a_korean_name() -> None:
    with translation.override("ko"):
        labels = {
            f"{model._meta.label}.{name}": registry.get_label(model, described, name)
            for model, described in registry.all_described()
            for name in described.personal
        }
        names = {
            model._meta.label: registry.get_name(model, described)
            for model, described in registry.all_described()
            if described.personal
        }
    assert [key for key, label in {**labels, **names}.items() if not re.search("[가-힣]", label)] == []


def test_the_document_is_up_to_date() -> None:
    document = (Path(settings.BASE_DIR) / "docs" / "personal-data.md").read_text(encoding="utf-8")
    assert document == overview.write_document()
