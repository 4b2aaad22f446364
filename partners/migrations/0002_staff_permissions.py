from django.db import migrations


class Migration(migrations.Migration):
    """Vouching for a partner, stopping it and changing its kind are permitted each for itself."""

    dependencies = [("partners", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="partner",
            options={
                "permissions": [
                    ("verify_partner", "Can verify partner"),
                    ("suspend_partner", "Can suspend and restore partner"),
                    ("change_partner_kind", "Can change the kind of partner"),
                ],
                "verbose_name": "partner",
                "verbose_name_plural": "partners",
            },
        ),
    ]
