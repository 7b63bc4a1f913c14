"""Let PostgreSQL put each new person into the index for searches at once.

Otherwise new entries are collected in a list, which every search reads as a whole. After an import of 100,000 people PostgreSQL
expects that to take longer than reading the accounts, and uses the index for nothing until the table is vacuumed.
"""

from django.db import migrations


def flush(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        # A database without pg_trgm has no index.
        cursor.execute("SELECT to_regclass('accounts_user_search')")
        if cursor.fetchone() != (None,):
            cursor.execute("ALTER INDEX accounts_user_search SET (fastupdate = off)")
            cursor.execute("SELECT gin_clean_pending_list('accounts_user_search')")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_people_are_found_by_an_index")]

    operations = [migrations.RunPython(flush, migrations.RunPython.noop)]
