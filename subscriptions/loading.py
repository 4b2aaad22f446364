"""The shipped catalogue enters the database after every migrate; what staff changed stays."""

import uuid
from typing import Any

from django.apps import apps as installed
from django.db import DEFAULT_DB_ALIAS

from .catalogue import OFFERS, SERVICES


def load_catalogue(apps: Any = installed, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Add the services and offers that are not there yet."""
    try:
        service_model = apps.get_model("subscriptions", "Service")
        offer_model = apps.get_model("subscriptions", "Offer")
    except LookupError:  # migrated back to before they existed
        return
    services = service_model.objects.using(using)
    known_keys = set(services.values_list("key", flat=True))
    services.bulk_create(
        [
            service_model(key=entry.key, name=entry.name)
            for entry in SERVICES
            if entry.key not in known_keys
        ],
        ignore_conflicts=True,
    )
    ids = dict(services.values_list("key", "pk"))
    offers = offer_model.objects.using(using)
    known_ids = set(offers.values_list("offer_id", flat=True))
    offers.bulk_create(
        [
            offer_model(
                offer_id=entry.offer_id,
                sku=entry.sku,
                name=entry.name,
                service_id=ids[entry.service],
            )
            for entry in OFFERS
            if uuid.UUID(str(entry.offer_id)) not in known_ids
        ],
        ignore_conflicts=True,
    )
