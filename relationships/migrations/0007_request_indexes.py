from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """What waits, and what was sent lately, is found without reading all that was ever asked."""

    dependencies = [("relationships", "0006_request_drafts")]

    operations = [
        migrations.AddIndex(
            model_name="relationshiprequest",
            index=models.Index(
                name="requests_waiting",
                fields=["partner", "-created_at", "-id"],
                condition=Q(status__in=("draft", "open")),
            ),
        ),
        migrations.AddIndex(
            model_name="relationshiprequest",
            index=models.Index(
                name="requests_sent",
                fields=["partner", "-sent_at"],
                condition=Q(sent_at__isnull=False),
            ),
        ),
    ]
