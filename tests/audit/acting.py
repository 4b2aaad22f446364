"""Somebody who acts, as the log sees one: no account, only words."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from audit.log import Party, record
from partnercenter.lib.ids import uuid7

FERNHILL = Party("0f1e2d3c-0000-4000-8000-000000000001", "Fernhill Hospital")
GLENMOOR = Party("0f1e2d3c-0000-4000-8000-000000000002", "Glenmoor Foods")
ALDER = Party("0f1e2d3c-0000-4000-8000-000000000003", "Alder Cloud")
BIRCH = Party("0f1e2d3c-0000-4000-8000-000000000004", "Birch IT")


@dataclass
class Origin:
    address: str = "192.0.2.7"
    user_agent: str = "Browser 1.0"


@dataclass
class Person:
    label: str = "Ada <ada@fernhill.example>"
    name: str = "Ada"
    kind: str = "user"
    public_id: UUID = field(default_factory=uuid7)
    origin: Origin = field(default_factory=Origin)


def make_event(kind="request.created", *, by=None, **named):
    """One event in a transaction of its own; about fernhill and alder unless told otherwise."""
    defaults = {
        "by": by or Person(),
        "at": timezone.now(),
        "side": "partner",
        "subject": ("request", "7"),
        "customer": FERNHILL,
        "partner": ALDER,
    }
    with transaction.atomic():
        return record(kind, **{**defaults, **named})
