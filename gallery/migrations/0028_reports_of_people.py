from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('gallery', '0027_refusals'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'report'), ('post__isnull', True), ('state', 'open')), fields=('person',), name='case_one_open_report_of_a_person'),
        ),
    ]
