"""Staff enter and edit roles, while who administers what stays true (rule R26)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
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
    AdminStatus,
    ServiceAdministration,
)
from ..models.admin_relationship import AdminRelationshipQuerySet
from .clock import expire_past_end

# What the rule counts by; a granted role keeps both.
FROZEN = frozenset({"service", "administers"})


@transaction.atomic
def enter_role(role: AdminRole, *, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Add a role that can be delegated."""
    reason = cataloguing.ask("add", role, by=by, reason=reason)

    def write(at: datetime) -> None:
        cataloguing.enter(role, by=by, reason=reason, at=at)

    if _is_first(role.service, role.administers):
        _write_and_give(write, role, role.service, by=by, at=at)
    else:
        write(moment(at))


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
    reason = cataloguing.ask("change", role, by=by, reason=reason)
    _refuse_where_granted(role, changes)

    def write(at: datetime) -> None:
        cataloguing.hold(role)
        _refuse_where_granted(role, changes)
        cataloguing.edit(role, changes, by=by, reason=reason, at=at)

    service = changes.get("service", role.service)
    administers = changes.get("administers", role.administers)
    if FROZEN & changes.keys() and _is_first(service, administers, beside=role):
        _write_and_give(write, role, service, by=by, at=at)
    else:
        write(moment(at))


def _refuse_where_granted(role: AdminRole, changes: Mapping[str, Any]) -> None:
    if FROZEN & changes.keys() and role.grants.exists():
        raise Refused(
            _(
                "“%(role)s” has been granted, so its service and what it administers stay as "
                "they are."
            )
            % {"role": role.name}
        )


def _is_first(service: Service, administers: str, beside: AdminRole | None = None) -> bool:
    """Whether the service has no other role that administers it."""
    others = AdminRole.objects.filter(service=service, administers=Administers.OWN)
    if beside is not None:
        others = others.exclude(pk=beside.pk)
    return administers == Administers.OWN and not others.exists()


def _write_and_give(
    write: Callable[[datetime], None],
    role: AdminRole,
    service: Service,
    *,
    by: Actor,
    at: datetime | None,
) -> None:
    """
    Write a service's first such role; who administers every service administers this one too.

    The locks come before anything is written, in the one order; those of the catalogue stand
    between customers and chain heads.
    """
    customers = list(
        Customer.objects.filter(
            admin_relationships__in=_grants_of_everything().filter(status=AdminStatus.ACTIVE)
        )
        .distinct()
        .order_by("pk")
    )
    for customer in customers:
        customer.lock()
    # Whoever edits the service holds it before its log, so it comes before the log here too.
    Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    # Whoever grants such a role at this moment waits, or has finished and is seen below.
    roles = AdminRole.objects.filter(Q(administers=Administers.ALL) | Q(pk=role.pk))
    list(roles.order_by("pk").select_for_update())
    at = moment(at)
    holders = list(_grants_of_everything().running(at))
    if not {holder.customer for holder in holders} <= set(customers):
        raise Refused(_("A customer has just approved such a role. Try again."))
    _hold_chains(customers, holders, at)
    write(at)
    for customer in customers:
        expire_past_end(customer, at=at)
    for holder in holders:
        _give(service, holder, by=by, at=at)


def _hold_chains(customers: list[Customer], holders: list[AdminRelationship], at: datetime) -> None:
    """All at once: the operator's, and those of customers, holders and whose grant is over."""
    over = AdminRelationship.objects.past_their_end(at).filter(customer__in=customers)
    partners = {grant.partner for grant in (*holders, *over.select_related("partner"))}
    hold(
        *((Side.CUSTOMER, customer.party.id) for customer in customers),
        *((Side.PARTNER, partner.party.id) for partner in partners),
        operator=True,
    )


def _grants_of_everything() -> AdminRelationshipQuerySet:
    standing = AdminRelationshipRole.objects.filter(
        removed_at__isnull=True, role__administers=Administers.ALL
    )
    return (
        AdminRelationship.objects.filter(granted_roles__in=standing)
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
