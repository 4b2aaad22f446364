"""The shipped roles enter the database after every migrate; what staff changed stays."""

import uuid
from typing import Any

from django.apps import apps as installed
from django.db import DEFAULT_DB_ALIAS

from subscriptions.loading import load_catalogue

from .roles import ROLES


def load_roles(apps: Any = installed, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Add the roles that are not there yet."""
    try:
        role_model = apps.get_model("relationships", "AdminRole")
        service_model = apps.get_model("subscriptions", "Service")
    except LookupError:  # migrated back to before they existed
        return
    load_catalogue(apps, using)  # a role needs its service, whichever room is told first
    ids = dict(service_model.objects.using(using).values_list("key", "pk"))
    roles = role_model.objects.using(using)
    known = set(roles.values_list("template_id", flat=True))
    roles.bulk_create(
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
            if entry.service in ids and uuid.UUID(str(entry.template_id)) not in known
        ],
        ignore_conflicts=True,
    )
