"""The default model is one that all members may use: without it, a request that names no model finds none."""

from django.db import migrations, models


def open_default(apps, _schema_editor):
    """A restricted default gives its place to the first model that everybody may use, as removing it would."""
    Checkpoint = apps.get_model('generation', 'Checkpoint')
    if Checkpoint.objects.filter(is_default=True).exclude(min_role='member').update(is_default=False):
        first = Checkpoint.objects.filter(state='ready', min_role='member').order_by('name').first()
        if first is not None:
            Checkpoint.objects.filter(pk=first.pk).update(is_default=True)


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0010_workers_missing_models'),
    ]

    operations = [
        migrations.RunPython(open_default, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='checkpoint',
            constraint=models.CheckConstraint(condition=models.Q(('is_default', False), ('min_role', 'member'), _connector='OR'), name='checkpoint_default_is_for_everybody'),
        ),
    ]
