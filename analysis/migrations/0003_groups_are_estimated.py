"""Let PostgreSQL know how many different pairs of a question and of what was given there are.

It multiplies the numbers of both otherwise, expects as many groups as half of the responses, and sorts all of them on disk instead of
hashing them in each worker.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE STATISTICS IF NOT EXISTS analysis_itemresponse_given (ndistinct) "
            "ON question, given FROM analysis_itemresponse"
        )


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP STATISTICS IF EXISTS analysis_itemresponse_given")


class Migration(migrations.Migration):
    dependencies = [("analysis", "0002_quiz_summary")]
    operations = [migrations.RunPython(create, drop)]
