"""A column has one index, not a second one for searches by pattern, which nobody makes."""

import django.db.models.deletion
from django.db import migrations, models


# Earlier states of the field made these by themselves, under names of Django's.
DROP_OLD = """
DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT indexname FROM pg_indexes
        WHERE tablename = 'candidates_candidate' AND indexname LIKE 'candidates\\_candidate\\_%\\_index\\_%'
    LOOP EXECUTE format('DROP INDEX %I', found.indexname); END LOOP;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('candidates', '0005_wechat_binding'),
    ]

    operations = [
        migrations.AlterField(
            model_name='offer',
            name='source',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='candidates.interviewsource', verbose_name='source'),
        ),
        migrations.AlterField(
            model_name='pagetoken',
            name='code_index',
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AlterField(
            model_name='pagetoken',
            name='token_hash',
            field=models.CharField(max_length=64),
        ),
        migrations.AlterField(
            model_name='signal',
            name='source',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='candidates.interviewsource', verbose_name='source'),
        ),
        migrations.RunSQL(DROP_OLD, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='candidate',
            index=models.Index(fields=['name_index'], name='candidate_by_name'),
        ),
        migrations.AddIndex(
            model_name='candidate',
            index=models.Index(fields=['phone_index'], name='candidate_by_phone'),
        ),
        migrations.AddIndex(
            model_name='candidate',
            index=models.Index(fields=['email_index'], name='candidate_by_email'),
        ),
        migrations.AddIndex(
            model_name='candidate',
            index=models.Index(fields=['id_number_index'], name='candidate_by_id_number'),
        ),
        migrations.AddIndex(
            model_name='candidate',
            index=models.Index(fields=['wechat_openid_index'], name='candidate_by_wechat'),
        ),
        migrations.AddIndex(
            model_name='pagetoken',
            index=models.Index(fields=['code_index'], name='page_key_by_code'),
        ),
        migrations.AddConstraint(
            model_name='pagetoken',
            constraint=models.UniqueConstraint(fields=('token_hash',), name='one_page_key_once'),
        ),
    ]
