import accounts.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='user',
            name='time_zone',
            field=models.CharField(default=accounts.models.default_time_zone, max_length=64, validators=[accounts.models.validate_time_zone], verbose_name='time zone'),
        ),
    ]
