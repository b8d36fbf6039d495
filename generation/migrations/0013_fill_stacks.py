"""Takes that were drawn before the desk: which stack they lie in, and their masks."""

import hashlib
import json

from django.db import migrations


def fill(apps, _schema_editor):
    """Takes of before: what stood in their requests alone, and the stacks they belong to (`generation.stacking`)."""
    Take = apps.get_model('generation', 'Take')
    takes = Take.objects.select_related('job__request').order_by('pk')
    changed = []
    for take in takes.iterator(500):
        request = take.job.request
        take.mask_id, take.margins = request.mask_id, request.outpaint
        over = f'{request.source_asset_id or ""}:{request.mask_id or ""}'
        of_none = (None, '', [], {}, False)
        shared = {name: value for name, value in take.recipe.items() if name not in {'seed', 'version'} and value not in of_none}
        shared |= {'prompt': request.prompt, 'negative_prompt': request.negative_prompt, 'over': over}
        take.stack = hashlib.sha256(json.dumps(shared, sort_keys=True, default=str).encode()).hexdigest()
        changed.append(take)
        if len(changed) == 500:
            Take.objects.bulk_update(changed, ['mask', 'margins', 'stack'])
            changed = []
    Take.objects.bulk_update(changed, ['mask', 'margins', 'stack'])


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0012_studio'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
