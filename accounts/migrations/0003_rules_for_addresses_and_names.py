import accounts.identity
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_time_zone_of_the_site'),
    ]

    operations = [
        migrations.AlterField(
            model_name='user',
            name='email',
            field=models.EmailField(max_length=254, unique=True, validators=[accounts.identity.validate_address], verbose_name='e-mail address'),
        ),
        migrations.AlterField(
            model_name='user',
            name='name',
            field=models.CharField(blank=True, max_length=100, validators=[accounts.identity.validate_name], verbose_name='name'),
        ),
    ]
