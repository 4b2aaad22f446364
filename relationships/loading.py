"""The shipped roles enter the database after every migrate; what staff changed stays."""

from typing import Any

from subscriptions.loading import load_catalogue

from .roles import ROLES


def load_roles(apps: Any, using: str, **kwargs: Any) -> None:
    """Add the roles that are not there yet."""
    try:
        role_model = apps.get_model("relationships", "AdminRole")
        service_model = apps.get_model("subscriptions", "Service")
    except LookupError:  # migrated back to before they existed
        return
    load_catalogue(apps, using)  # a role needs its service, whichever room is told first
    ids = dict(service_model.objects.using(using).values_list("key", "pk"))
    role_model.objects.using(using).bulk_create(
        [
            role_model(
                template_id=entry.template_id,
                name=entry.name,
                service_id=ids[entry.service],
                administers=entry.administers,
                privileged=entry.privileged,
                blocks_auto_extend=entry.blocks_auto_extend,
                marks=" ".join(entry.marks),
            )
            for entry in ROLES
            if entry.service in ids
        ],
        ignore_conflicts=True,
    )
