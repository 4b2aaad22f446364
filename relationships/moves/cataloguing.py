"""Staff enter and edit roles, while who administers what stays true (rule R26)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, hold, record
from customers.models import Customer
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import PartnerKind
from subscriptions import cataloguing
from subscriptions.models import Service

from ..models import (
    Administers,
    AdminRelationship,
    AdminRelationshipRole,
    AdminRole,
    ServiceAdministration,
)
from .clock import expire_past_end

# What the rule counts by; a granted role keeps both.
FROZEN = frozenset({"service", "administers"})


@transaction.atomic
def enter_role(role: AdminRole, *, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Add a role that can be delegated."""
    at = moment(at)
    cataloguing.enter(role, by=by, reason=reason, at=at)
    _give_to_who_holds_everything(role, by=by, at=at)


@transaction.atomic
def edit_role(
    role: AdminRole,
    changes: Mapping[str, Any],
    *,
    by: Actor,
    reason: str,
    at: datetime | None = None,
) -> None:
    """Edit a role; what it administers only while it was never granted."""
    at = moment(at)
    cataloguing.hold(role)
    if FROZEN & changes.keys() and role.grants.exists():
        raise Refused(
            _(
                "“%(role)s” has been granted, so its service and what it administers stay as "
                "they are."
            )
            % {"role": role.name}
        )
    cataloguing.edit(role, changes, by=by, reason=reason, at=at)
    _give_to_who_holds_everything(role, by=by, at=at)


def _give_to_who_holds_everything(role: AdminRole, *, by: Actor, at: datetime) -> None:
    """A service with its first such role is administered by those who administer every service."""
    others = AdminRole.objects.filter(service=role.service, administers=Administers.OWN)
    if role.administers != Administers.OWN or others.exclude(pk=role.pk).exists():
        return
    holders = _holders_of_everything(at)
    customers = Customer.objects.filter(admin_relationships__in=holders).distinct().order_by("pk")
    for customer in customers:
        customer.lock()
    # Whoever grants such a role at this moment waits, or has finished and is seen below.
    everything = AdminRole.objects.filter(administers=Administers.ALL).order_by("pk")
    list(everything.select_for_update())
    holders = list(_holders_of_everything(at))
    hold(*((Side.CUSTOMER, holder.customer.party.id) for holder in holders if holder.customer))
    for customer in customers:
        expire_past_end(customer, at=at)
    for holder in holders:
        _give(role.service, holder, by=by, at=at)


def _holders_of_everything(at: datetime) -> Any:
    standing = AdminRelationshipRole.objects.filter(
        removed_at__isnull=True, role__administers=Administers.ALL
    )
    return (
        AdminRelationship.objects.running(at)
        .filter(granted_roles__in=standing)
        .exclude(partner__kind=PartnerKind.ADVISOR)
        .select_related("customer", "partner")
        .distinct()
        .order_by("pk")
    )


def _give(service: Service, holder: AdminRelationship, *, by: Actor, at: datetime) -> None:
    customer = holder.customer
    running = ServiceAdministration.objects.running()
    if customer is None or running.filter(customer=customer, service=service).exists():
        return
    ServiceAdministration.objects.create(
        customer=customer, service=service, partner=holder.partner, started_at=at
    )
    record(
        "administration.service_added",
        by=by,
        at=at,
        side=Side.OPERATOR,
        subject=("admin_relationship", str(holder.public_id)),
        customer=customer.party,
        partner=holder.partner.party,
        details={"service": service.name},
    )
