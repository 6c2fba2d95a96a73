"""Every message takes its branch's turn; what is due is found branch by branch."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0008_keys_values_turns")]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="share_of",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="branches.branch",
                verbose_name="turn of",
            ),
        ),
        migrations.RemoveIndex(model_name="message", name="message_due"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["planned", "uncertain"])),
                fields=["channel", "share_of", "priority", "due_at"],
                name="message_due",
            ),
        ),
    ]
