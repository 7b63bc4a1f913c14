import unicodedata

from django.db import migrations


def remove_hidden_characters(apps, schema_editor):
    """Names could contain line breaks and marks for the writing direction. A space takes the place of a line break."""
    User = apps.get_model('accounts', 'User')
    for user in User.objects.only('pk', 'name').iterator(chunk_size=2000):
        visible = ''.join(
            character
            if unicodedata.category(character) not in ('Cc', 'Cf', 'Zl', 'Zp') or character in '\u200c\u200d'
            else ' ' if character.isspace() else ''
            for character in user.name
        )
        if visible != user.name:
            User.objects.filter(pk=user.pk).update(name=' '.join(visible.split()))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_rules_for_addresses_and_names'),
    ]

    operations = [
        migrations.RunPython(remove_hidden_characters, migrations.RunPython.noop),
    ]
