"""A message that one carrier cannot carry goes to the channel's next one."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0009_every_message_has_a_turn")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="unfit_carriers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20), blank=True, default=list, size=None
            ),
        ),
    ]
