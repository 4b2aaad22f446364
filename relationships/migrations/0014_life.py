"""Extension, renewal and reminders; who runs already is looked at for reminders as well."""

from datetime import timedelta

from django.db import migrations, models


def look_at_what_runs(apps, schema_editor):
    rows = apps.get_model("relationships", "AdminRelationship").objects.filter(status="active")
    rows.update(remind_at=models.F("ends_at") - timedelta(days=31))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("customers", "0004_domain_proof"),
        ("partners", "0003_join_request"),
        ("relationships", "0013_former_person"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="adminrelationshiprole",
            name="relationships_role_displaced",
        ),
        migrations.AddField(
            model_name="adminrelationship",
            name="remind_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="adminrelationship",
            index=models.Index(
                condition=models.Q(("status", "active")),
                fields=["ends_at"],
                name="relationships_admin_end",
            ),
        ),
        migrations.AddIndex(
            model_name="adminrelationship",
            index=models.Index(
                condition=models.Q(("remind_at__isnull", False), ("status", "active")),
                fields=["remind_at"],
                name="relationships_admin_remind",
            ),
        ),
        migrations.AddIndex(
            model_name="adminrelationshiprole",
            index=models.Index(
                condition=models.Q(("removed_because__in", ["customer", "displaced"])),
                fields=["removed_at"],
                name="relationships_role_lost",
            ),
        ),
        migrations.AddConstraint(
            model_name="adminrelationship",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "approvalPending")),
                fields=("supersedes",),
                name="relationships_admin_one_renewal_waits",
            ),
        ),
        migrations.RunPython(look_at_what_runs, migrations.RunPython.noop),
    ]
