"""A later migration of the guarded table, with data in it, forward and back."""

import pytest
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import IntegrityError, connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from partnercenter.lib import guards
from subscriptions.models import Subscription
from subscriptions.moves import changing
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

# On SQLite each of these is a rebuild of the table; on PostgreSQL the second changes a type.
OPERATIONS = {
    "longer text": migrations.AlterField(
        "subscription", "friendly_name", models.CharField(max_length=150, blank=True)
    ),
    "wider number": migrations.AlterField(
        "subscription", "quantity", models.PositiveBigIntegerField()
    ),
    "new column": migrations.AddField(
        "subscription", "note", models.CharField(max_length=20, default="", blank=True)
    ),
    "new constraint": migrations.AddConstraint(
        "subscription",
        models.CheckConstraint(
            name="subscriptions_subscription_few", condition=models.Q(quantity__lt=1_000_000)
        ),
    ),
}


def migrate(operation, state, *, back=False):
    """Run one operation as `migrate` runs it: with its signals around it."""
    after = state.clone()
    operation.state_forwards("subscriptions", after)
    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default")
    with connection.schema_editor(atomic=True) as editor:
        if back:
            operation.database_backwards("subscriptions", editor, after, state)
        else:
            operation.database_forwards("subscriptions", editor, state, after)
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")


def current_state() -> ProjectState:
    loader = MigrationExecutor(connection).loader
    return loader.project_state(loader.graph.leaf_nodes())


@pytest.mark.parametrize("name", OPERATIONS)
def test_keeps_the_rows_and_the_guards(name):
    seller = make.make_partner()
    row = make.make_subscription(make.make_customer(), seller=seller)
    by = make.Actor.objects.of(make.make_admin_agent(seller))
    before, state = Subscription.objects.values().get(), current_state()
    for back in (False, True):
        migrate(OPERATIONS[name], state, back=back)
        assert guards.missing() == []
        with pytest.raises(IntegrityError, match="guard_subscriptions_subscription_"):
            Subscription.objects.update(quantity=99)
    assert Subscription.objects.values().get() == before
    changing.change_quantity(row, 11, by=by)
    assert Subscription.objects.get(pk=row.pk).quantity == 11
