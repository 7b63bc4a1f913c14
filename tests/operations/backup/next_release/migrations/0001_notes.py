from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("quizzes", "0010_labels")]
    operations = [
        migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True)), ("text", models.TextField())]),
    ]
