"""What HR tells with a refusal is as personal as what it answers. Nothing was in the column yet."""

from django.db import migrations

import candidates.fields


class Migration(migrations.Migration):
    dependencies = [("candidates", "0008_preferences_set_at")]

    operations = [
        migrations.RemoveField(model_name="deferral", name="answer"),
        migrations.AddField(
            model_name="deferral",
            name="answer",
            field=candidates.fields.EncryptedTextField(blank=True, default="", verbose_name="answer"),
        ),
    ]
