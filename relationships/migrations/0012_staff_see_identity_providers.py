from django.db import migrations

from relationships.staff_groups import add_to_groups, take_from_groups

LATER = {
    "Support": ("relationships.view_identityprovider",),
    "Auditor": ("relationships.view_identityprovider",),
}


def forwards(apps, schema_editor):
    add_to_groups(LATER, apps, schema_editor.connection.alias)


def backwards(apps, schema_editor):
    take_from_groups(LATER, apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("relationships", "0011_identity_provider")]

    operations = [migrations.RunPython(forwards, backwards)]
