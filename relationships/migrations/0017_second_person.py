"""Two people for privileged roles: what the first signed, and the policy that asks for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("relationships", "0016_bulk_jobs"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="decisionsignature",
            name="relationships_one_signature_per_person",
        ),
        migrations.AddField(
            model_name="decisionsignature",
            name="answer",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="requestpolicy",
            name="second_person",
            field=models.BooleanField(
                default=False, verbose_name="two people for privileged roles"
            ),
        ),
        migrations.AddConstraint(
            model_name="decisionsignature",
            constraint=models.UniqueConstraint(
                fields=("decision", "actor", "content_digest", "granted_digest"),
                name="relationships_one_signature_per_person",
            ),
        ),
    ]
