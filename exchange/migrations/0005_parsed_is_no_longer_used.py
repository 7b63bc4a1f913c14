"""Forget the column `parsed` of imports, in Django's state only. The table keeps it.

The previous release still reads it while it runs beside this one. The next release drops it with
`RunSQL("ALTER TABLE exchange_questionimport DROP COLUMN parsed")`.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0004_category_of_imports"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="questionimport", name="parsed")],
        ),
    ]
