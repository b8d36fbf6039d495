"""Takes know the words of their prompts, so that they can be searched."""

from django.db import migrations

import generation.models.take
from gallery.provenance.words import searchable


def fill(apps, _schema_editor):
    """The words of takes that were there before."""
    Take = apps.get_model('generation', 'Take')
    changed = []
    for take in Take.objects.order_by('pk').only('pk', 'recipe').iterator(500):
        take.words = searchable(str(take.recipe.get('prompt') or ''))
        changed.append(take)
        if len(changed) == 500:
            Take.objects.bulk_update(changed, ['words'])
            changed = []
    Take.objects.bulk_update(changed, ['words'])


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0013_fill_stacks'),
    ]

    operations = [
        migrations.AddField(
            model_name='take',
            name='words',
            field=generation.models.take.PromptWords(blank=True, db_default='', editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
