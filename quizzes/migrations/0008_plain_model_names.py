from django.db import migrations


class Migration(migrations.Migration):
    """Models are called what the field calls them: see docs/vocabulary.md."""

    dependencies = [("quizzes", "0007_late_files")]

    operations = [
        migrations.RenameModel("QuizException", "QuizOverride"),
        migrations.RenameModel("ReviewCard", "PracticeCard"),
        migrations.RenameModel("CardReview", "PracticeAnswer"),
        migrations.RenameModel("TakenGrade", "CollectedGrade"),
    ]
