"""Offers that are still to come are looked at by the planner; the others have nothing to wait for."""

from django.db import migrations

FILL = """
    INSERT INTO notifications_schedule (offer_id, look_at, planned_with)
    SELECT id, CASE WHEN state IN ('offered', 'confirmed') AND onboarding_at > now() THEN now() END, 0
    FROM candidates_offer ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0011_planning")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
