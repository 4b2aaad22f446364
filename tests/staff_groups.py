"""The groups of staff in tests that commit: their flush deletes what migrations have made."""

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db.models.signals import post_migrate


def permissions_of(group: Group) -> set[str]:
    names = group.permissions.values_list("content_type__app_label", "codename")
    return {f"{room}.{codename}" for room, codename in names}


def outlive_the_flush() -> None:
    """Put back what stands in the database now after each flush, which sends this signal."""
    made = {group.name: permissions_of(group) for group in Group.objects.all()}
    last = [config for config in apps.get_app_configs() if config.models_module][-1]

    def put_back(**kwargs) -> None:
        keys = {
            f"{permission.content_type.app_label}.{permission.codename}": permission.pk
            for permission in Permission.objects.select_related("content_type")
        }
        for name, permissions in made.items():
            group, is_new = Group.objects.get_or_create(name=name)
            if is_new:
                group.permissions.set([keys[permission] for permission in permissions])

    post_migrate.connect(put_back, sender=last, weak=False, dispatch_uid="tests.staff_groups")
