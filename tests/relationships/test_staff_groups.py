"""The groups of staff that a migration makes, on databases of several kinds."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from relationships.staff_groups import make_permissions
from tests import factories as make
from tests.staff_groups import permissions_of
from tests.tables import rows_of_all_tables

pytestmark = pytest.mark.django_db
MIGRATION = import_module("relationships.migrations.0010_staff_groups")
LATER = [
    import_module(f"relationships.migrations.{name}")
    for name in ("0012_staff_see_identity_providers", "0020_staff_see_policies_and_jobs")
]
PARTS = {f"partners.{codename}" for codename in MIGRATION.DIVIDED}


@pytest.fixture(scope="module")
def apps(django_db_setup, django_db_blocker):
    """The models as the migration finds them."""
    with django_db_blocker.unblock():
        loader = MigrationExecutor(connection).loader
    return loader.project_state([("relationships", "0010_staff_groups")]).apps


@pytest.fixture
def migrate(apps):
    editor = SimpleNamespace(connection=connection)
    return SimpleNamespace(
        forwards=lambda: MIGRATION.forwards(apps, editor),
        backwards=lambda: MIGRATION.backwards(apps, editor),
    )


@pytest.fixture
def without_groups():
    Group.objects.filter(name__in=MIGRATION.GROUPS).delete()


def groups():
    return {group.name: permissions_of(group) for group in Group.objects.all()}


def permit(holder, *names):
    for name in names:
        room, codename = name.split(".")
        holder.add(Permission.objects.get(content_type__app_label=room, codename=codename))


MADE = {name: set(permissions) for name, permissions in MIGRATION.GROUPS.items()}
NOW = {
    name: made.union(*(later.LATER.get(name, ()) for later in LATER)) for name, made in MADE.items()
}


@pytest.fixture
def before_the_later():
    """As it was before later versions gave their permissions to the groups."""
    for later in reversed(LATER):
        later.backwards(installed, SimpleNamespace(connection=connection))


class TestForwards:
    def test_has_been_run(self):
        assert groups() == NOW

    def test_needs_no_permission_to_be_there(self, migrate, without_groups):
        permissions = Permission.objects.values_list("content_type__model", "codename", "name")
        before = sorted(permissions.all())
        ContentType.objects.all().delete()
        ContentType.objects.clear_cache()
        migrate.forwards()
        assert groups() == MADE
        assert set(permissions.all()) < set(before)
        ContentType.objects.clear_cache()
        for config in installed.get_app_configs():  # as Django does after the last migration
            create_permissions(config, verbosity=0)
        assert sorted(permissions.all()) == before

    def test_keeps_a_group_of_the_same_name_with_its_people(self, migrate, without_groups):
        own = Group.objects.create(name="Support")
        permit(own.permissions, "partners.view_partner")
        member = make.make_user(is_staff=True)
        member.groups.set([own])
        migrate.forwards()
        assert groups() == MADE | {"Support": {"partners.view_partner"}}
        assert list(member.groups.all()) == [own]

    def test_twice_is_as_once(self, migrate):
        before = rows_of_all_tables()
        migrate.forwards()
        assert rows_of_all_tables() == before

    def test_leaves_everybody_what_one_permission_gave_before(self, migrate):
        group = Group.objects.create(name="Partner desk")
        permit(group.permissions, "partners.change_partner")
        person, looks = make.make_user(is_staff=True), make.make_user(is_staff=True)
        permit(person.user_permissions, "partners.change_partner")
        permit(looks.user_permissions, "partners.view_partner")
        migrate.forwards()
        assert permissions_of(group) == PARTS | {"partners.change_partner"}
        assert person.get_all_permissions() == PARTS | {"partners.change_partner"}
        assert looks.get_all_permissions() == {"partners.view_partner"}


@pytest.mark.usefixtures("before_the_later")
class TestBackwards:
    def test_takes_away_what_nobody_has_touched(self, migrate):
        migrate.backwards()
        assert groups() == {}
        migrate.forwards()
        assert groups() == MADE

    def test_keeps_what_the_operator_changed_or_uses(self, migrate):
        permit(Group.objects.get(name="Support").permissions, "relationships.view_breach")
        make.make_user(is_staff=True).groups.set([Group.objects.get(name="Auditor")])
        migrate.backwards()
        assert set(groups()) == {"Support", "Auditor"}
        migrate.forwards()
        assert groups() == MADE | {"Support": MADE["Support"] | {"relationships.view_breach"}}


class TestLaterVersion:
    editor = SimpleNamespace(connection=connection)

    def test_gives_its_permissions_and_takes_them_back(self):
        before = [NOW]
        for later in reversed(LATER):
            later.backwards(installed, self.editor)
            before.append(groups())
        assert before[-1] == MADE
        for later in LATER:
            before.pop()
            later.forwards(installed, self.editor)
            assert groups() == before[-1]

    def test_makes_no_group_that_the_operator_has_done_away_with(self):
        Group.objects.get(name="Support").delete()
        for later in LATER:
            later.forwards(installed, self.editor)
        assert set(groups()) == {"Auditor", "Verification"}


def test_permissions_are_found_by_name(apps):
    keys = make_permissions(apps, "default")
    assert Permission.objects.get(codename="verify_partner").pk == keys["partners.verify_partner"]
