"""Turn the many-to-many field of instructors into a model with a role.

The table stays, so that the running release keeps working on it: what it inserts has no role and becomes an instructor, and
nobody who teaches a course is lost. To the state of the models it is a new model; the table gets a column and two constraints.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("courses", "0004_plain_names"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name="course", name="instructors"),
                migrations.CreateModel(
                    name="CourseRole",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "course",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="roles",
                                to="courses.course",
                                verbose_name="course",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="course_roles",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "role in a course",
                        "verbose_name_plural": "roles in courses",
                        "db_table": "courses_course_instructors",
                        "unique_together": {("course", "user")},
                    },
                ),
            ],
        ),
        migrations.AddField(
            model_name="courserole",
            name="role",
            field=models.CharField(
                choices=[("instructor", "instructor"), ("assistant", "assistant"), ("observer", "observer")],
                db_default="instructor",
                default="observer",
                max_length=10,
                verbose_name="role",
            ),
        ),
        migrations.AddConstraint(
            model_name="courserole",
            constraint=models.UniqueConstraint(
                fields=("course", "user"),
                name="courses_courserole_once_a_person",
                violation_error_message="This person has a role in the course already.",
            ),
        ),
        # The unnamed constraint of the many-to-many field says the same.
        migrations.AlterUniqueTogether(name="courserole", unique_together=set()),
        migrations.AddConstraint(
            model_name="courserole",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["instructor", "assistant", "observer"])),
                name="courses_courserole_role_known",
                violation_error_message="There is no such role.",
            ),
        ),
    ]
