"""What the core fields stated so far becomes the first core version, and the two lists of papers become papers."""

from django.db import migrations
from django.utils import timezone
from uuid_utils.compat import uuid7

# The fields that were lists of papers, and are now filled from the papers themselves.
LISTS = ("papers", "local_papers")


def lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def papers(model, value, value_en, **owner):
    """A paper per line; the line stays its whole name, so that candidates read what they read before."""
    english = lines(value_en)
    for number, name in enumerate(lines(value)):
        name_en = english[number] if number < len(english) else name
        model.objects.create(
            id=uuid7(), key=f"paper-{number + 1}", name=name[:100], name_en=name_en[:100], position=number, **owner
        )


def forwards(apps, _editor):
    core_field, local_field = (apps.get_model("notifications", name) for name in ("CoreField", "LocalField"))
    core_version, core_value = (apps.get_model("notifications", name) for name in ("CoreVersion", "CoreValue"))
    core_paper, local_paper = (apps.get_model("notifications", name) for name in ("CorePaper", "LocalPaper"))
    stated = list(core_field.objects.all())
    if stated:
        version = core_version.objects.create(id=uuid7(), number=1)
        for field in stated:
            if field.key in LISTS:
                papers(core_paper, field.value, field.value_en, version=version)
            else:
                core_value.objects.create(
                    id=uuid7(), version=version, field=field, value=field.value, value_en=field.value_en
                )
        version.published_at = timezone.now()
        version.save(update_fields=["published_at"])
    for field in local_field.objects.filter(key__in=LISTS):
        for value in field.values.all():
            papers(local_paper, value.value, value.value_en, branch_id=value.branch_id)
    core_field.objects.filter(key__in=LISTS).delete()
    local_field.objects.filter(key__in=LISTS).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0002_core_papers_and_conditions'),
    ]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
