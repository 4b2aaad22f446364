"""Two people for privileged roles: what the first signed, and the policy that asks for it."""

from django.db import migrations, models


def keep_one_for_each_person(apps, schema_editor):
    """
    Before it, a person signed a decision once: of several, the one that counted stays.

    That is the one of what was decided, or else the newest.
    """
    signatures = apps.get_model("relationships", "DecisionSignature").objects.using(
        schema_editor.connection.alias
    )
    several = (
        signatures.order_by()
        .values("decision", "actor")
        .annotate(number=models.Count("pk"))
        .filter(number__gt=1)
    )
    superfluous = []
    for found in list(several):
        of_decision = signatures.filter(decision=found["decision"]).order_by("at", "pk")
        # Whoever signs last decides; until somebody has, nothing is decided.
        last = of_decision.select_related("decision").last()
        decided = last.decision.content_digest
        own = list(of_decision.filter(actor=found["actor"]))
        counted = [
            row
            for row in own
            if decided
            and (row.content_digest, row.granted_digest) == (decided, last.granted_digest)
        ]
        kept = (counted or own)[-1]
        superfluous += [row.pk for row in own if row.pk != kept.pk]
    if not superfluous:
        return
    # What was signed is guarded against deletion, on PostgreSQL during a migrate as well.
    with_guards = schema_editor.connection.vendor == "postgresql"
    table = "relationships_decisionsignature"
    if with_guards:
        schema_editor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    signatures.filter(pk__in=superfluous).delete()
    if with_guards:
        schema_editor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


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
        migrations.RunPython(migrations.RunPython.noop, keep_one_for_each_person),
    ]
