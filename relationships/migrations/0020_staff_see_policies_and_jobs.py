from django.db import migrations

from relationships.staff_groups import add_to_groups, take_from_groups

VIEWS = ("relationships.view_requestpolicy", "relationships.view_bulkjob")
LATER = {"Support": VIEWS, "Auditor": VIEWS}


def forwards(apps, schema_editor):
    add_to_groups(LATER, apps, schema_editor.connection.alias)


def backwards(apps, schema_editor):
    take_from_groups(LATER, apps, schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("relationships", "0019_signatures_demanded")]

    operations = [migrations.RunPython(forwards, backwards)]
