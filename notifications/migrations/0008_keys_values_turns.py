"""What a message needs for carriers with registered templates and keys, for its turn, and to be dropped when late."""

import django.db.models.deletion
from django.db import migrations, models

import candidates.fields

TURNS = """
UPDATE notifications_message SET share_of_id = candidates_offer.branch_id
FROM candidates_offer WHERE candidates_offer.id = notifications_message.offer_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0004_admin_roles_see_all_candidates"),
        ("candidates", "0003_secret_since"),
        ("notifications", "0007_pause_channels"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="expires_at",
            field=models.DateTimeField(null=True, verbose_name="no use after"),
        ),
        migrations.AddField(
            model_name="message",
            name="template_values",
            field=candidates.fields.EncryptedTextField(blank=True, default="", verbose_name="the template's values"),
        ),
        migrations.AddField(
            model_name="message",
            name="carrier_key",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="the carrier's key"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="message",
            name="share_of",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="branches.branch",
                verbose_name="turn of",
            ),
        ),
        migrations.RunSQL(TURNS, migrations.RunSQL.noop),
    ]
