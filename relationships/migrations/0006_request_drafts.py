from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A draft remembers for how long it shall wait, and can be discarded without ever a link."""

    dependencies = [("relationships", "0005_certificate_signature")]

    operations = [
        migrations.RemoveConstraint(
            model_name="relationshiprequest",
            name="relationships_request_ends_unless_standing_or_draft",
        ),
        migrations.RemoveConstraint(
            model_name="relationshiprequest",
            name="relationships_request_link_unless_draft",
        ),
        migrations.AddField(
            model_name="relationshiprequest",
            name="lifetime_days",
            field=models.PositiveSmallIntegerField(
                default=30, verbose_name="days for which it waits"
            ),
        ),
        migrations.AddConstraint(
            model_name="relationshiprequest",
            constraint=models.CheckConstraint(
                name="relationships_request_ends_unless_standing_or_draft",
                condition=Q(expires_at__isnull=True, kind="standing")
                | Q(expires_at__isnull=True, token__isnull=True)
                | Q(expires_at__isnull=False, token__isnull=False, kind="single"),
            ),
        ),
        migrations.AddConstraint(
            model_name="relationshiprequest",
            constraint=models.CheckConstraint(
                name="relationships_request_link_unless_draft",
                condition=Q(token__isnull=True, status__in=["draft", "cancelled"])
                | (Q(token__isnull=False) & ~Q(status="draft")),
            ),
        ),
        migrations.AddConstraint(
            model_name="relationshiprequest",
            constraint=models.CheckConstraint(
                name="relationships_request_waits_for_a_day",
                condition=Q(lifetime_days__gte=1),
            ),
        ),
    ]
