"""Arrange what the registry says for readers: one section for each policy, on the page and in docs/personal-data.md."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import Language
from accounts.personal_data import registry
from accounts.personal_data.policies import IN_TABLES, PLACES, Policy


@dataclass(frozen=True, slots=True)
class Section:
    """The data under one policy. `tables` is [(name of the table, names of its fields)]; empty for what is no table."""

    policy: Policy
    tables: list[tuple[str, list[str]]]


def get_sections() -> list[Section]:
    """Return the sections in the active language."""
    tables: dict[Policy, list[tuple[str, list[str]]]] = {}
    for model, described in registry.all_described():
        fields: dict[Policy, list[str]] = {}
        for name, policy in described.personal.items():
            fields.setdefault(policy, []).append(str(registry.get_label(model, described, name)))
        for policy, labels in fields.items():
            tables.setdefault(policy, []).append((capfirst(registry.get_name(model, described)), labels))
    return [Section(policy, tables.get(policy, [])) for policy in (*IN_TABLES, *PLACES)]


def get_rules(policy: Policy) -> list[tuple[str, str]]:
    """Return [(heading, text)] in the active language."""
    return [
        (_("What for"), str(policy.purpose)),
        (_("Legal basis"), str(policy.basis.label)),
        (_("Who may read it"), ", ".join(str(reader.label) for reader in policy.readers) or _("nobody")),
        (_("How long it is kept"), str(policy.kept.label)),
        (_("In an export of your data"), str(policy.export.label)),
        (_("When your account is erased"), str(policy.erasure.label)),
    ]


def write_document() -> str:
    """Return the text of docs/personal-data.md: the page in English and in Korean, and the tables behind it."""
    lines = ["# Personal data", "", "Made by `./run manage personal_data --write`. Do not edit it.", ""]
    for language in (Language.ENGLISH, Language.KOREAN):
        with translation.override(language):
            lines += [f"## {language.label}", "", *_pages()]
    lines += ["## Tables", "", "The columns that are personal data. The others are listed in `personal_fields.py`.", ""]
    for model, described in registry.all_described():
        if described.personal:
            lines += [f"- {model._meta.db_table}: {', '.join(described.personal)}"]
    return "\n".join(lines) + "\n"


def _pages() -> Iterator[str]:
    for section in get_sections():
        yield f"### {section.policy.what}"
        yield ""
        for table, labels in section.tables:
            yield f"- {table}: {', '.join(labels)}"
        if section.tables:
            yield ""
        for heading, text in get_rules(section.policy):
            yield f"- **{heading}**: {text}"
        yield ""
