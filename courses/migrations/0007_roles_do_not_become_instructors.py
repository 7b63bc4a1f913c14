"""When roles are undone, remove those of assistants and observers: the release before would take them for instructors."""

from typing import Any

from django.db import migrations


def remove_other_roles(apps: Any, schema_editor: Any) -> None:
    roles = apps.get_model("courses", "CourseRole").objects.using(schema_editor.connection.alias)
    roles.exclude(role="instructor").delete()


class Migration(migrations.Migration):
    dependencies = [("courses", "0006_last_activity_is_the_sites_own")]

    operations = [migrations.RunPython(migrations.RunPython.noop, remove_other_roles)]
