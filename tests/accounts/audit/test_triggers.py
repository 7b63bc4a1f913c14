"""The database itself refuses to change or delete a row of the audit log."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.audit import triggers
from accounts.audit.models import AuditEntry, AuditEvent, AuditOrigin
from accounts.models import User


@pytest.fixture
def entry(alice: User) -> AuditEntry:
    origin = AuditOrigin.objects.create(person=alice, digest="0", address=b"0")
    event = AuditEvent.objects.create(
        at=timezone.now(), action="view", channel="page", address="/admin/", origin=origin
    )
    return AuditEntry.objects.create(event=event, subject=alice, model="accounts.user")


STATEMENTS = [
    "UPDATE accounts_auditevent SET address = '/'",
    "DELETE FROM accounts_auditevent",
    "UPDATE accounts_auditentry SET subject_id = NULL",
    "DELETE FROM accounts_auditentry",
    "UPDATE accounts_auditorigin SET digest = '1'",
    "DELETE FROM accounts_auditorigin",
]


def refuses(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return triggers.REFUSAL in str(error)
    return False


@pytest.mark.django_db
@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_planted_statement_is_refused(entry: AuditEntry, statement: str) -> None:
    assert refuses(statement)
    assert AuditEntry.objects.get().subject_id == entry.subject_id
    assert AuditEvent.objects.get().address == "/admin/"


@pytest.mark.django_db
@pytest.mark.parametrize("table", triggers.TABLES)
def test_an_insert_that_replaces_a_row_is_refused(entry: AuditEntry, table: str) -> None:
    if connection.vendor == "postgresql":
        statement = f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id"
    else:
        statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    assert refuses(statement)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_emptying_the_tables_at_once_is_refused(entry: AuditEntry) -> None:
    """SQLite has no such statement."""
    assert refuses("TRUNCATE accounts_auditentry, accounts_auditevent, accounts_auditorigin")


@pytest.mark.django_db(transaction=True)
def test_a_lost_trigger_is_there_again_after_a_migration(entry: AuditEntry) -> None:
    """SQLite loses the triggers of a table that a migration rebuilds."""
    on = " ON accounts_auditevent" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER accounts_auditevent_no_update{on}")
    assert not refuses("UPDATE accounts_auditevent SET action = 'view'")

    call_command("migrate", verbosity=0)

    assert refuses("UPDATE accounts_auditevent SET action = 'view'")
