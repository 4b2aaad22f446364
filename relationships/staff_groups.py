"""Groups of staff that migrations make; from then on they are the operator's own."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

Table = Mapping[str, Iterable[str]]


def make_permissions(apps: Any, using: str) -> dict[str, int]:
    """The keys of all permissions by name; Django makes them only after the last migration."""
    for config in list(installed.get_app_configs()):
        create_permissions(config, verbosity=0, using=using, apps=apps)
    rows = apps.get_model("auth", "Permission").objects.using(using)
    names = rows.values_list("content_type__app_label", "codename", "pk")
    return {f"{room}.{codename}": key for room, codename, key in names}


def make_groups(table: Table, apps: Any, using: str) -> None:
    """Make those that are not there yet; one that has the same name stays as it is."""
    keys = make_permissions(apps, using)
    groups = apps.get_model("auth", "Group").objects.using(using)
    for name, permissions in table.items():
        group, is_new = groups.get_or_create(name=name)
        if is_new:
            group.permissions.set([keys[permission] for permission in permissions])


def remove_groups(table: Table, apps: Any, using: str) -> None:
    """Take away those that nobody has changed or is in."""
    keys = make_permissions(apps, using)
    for group in apps.get_model("auth", "Group").objects.using(using).filter(name__in=table):
        made = {keys[permission] for permission in table[group.name]}
        held = set(group.permissions.values_list("pk", flat=True))
        if held == made and not group.user_set.exists():
            group.delete()


def add_to_groups(table: Table, apps: Any, using: str) -> None:
    """Give groups that are there a permission of a later version; no other changes."""
    keys = make_permissions(apps, using)
    for group in apps.get_model("auth", "Group").objects.using(using).filter(name__in=table):
        group.permissions.add(*(keys[permission] for permission in table[group.name]))


def take_from_groups(table: Table, apps: Any, using: str) -> None:
    keys = make_permissions(apps, using)
    for group in apps.get_model("auth", "Group").objects.using(using).filter(name__in=table):
        group.permissions.remove(*(keys[permission] for permission in table[group.name]))


def carry_over(broader: str, narrower: Iterable[str], apps: Any, using: str) -> None:
    """Whoever held a permission that was divided holds its parts, and so can do what they could."""
    keys = make_permissions(apps, using)
    parts = [keys[permission] for permission in narrower]
    holders = {"permissions": "auth.Group", "user_permissions": "accounts.User"}
    for held, model in holders.items():
        rows = apps.get_model(model).objects.using(using)
        # Who has a part already was given it apart, by an earlier run or by a superuser.
        undivided = rows.filter(**{held: keys[broader]}).exclude(**{f"{held}__in": parts})
        for row in undivided:
            getattr(row, held).add(*parts)
