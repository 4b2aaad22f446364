"""What staff do with an organisation; relationships and subscriptions stay as they are (R64)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from customers.models import Customer
from customers.rights import CustomerRight
from partnercenter.lib.columns import write
from partnercenter.lib.names import domain_of
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partnercenter.lib.uniqueness import refused_where_taken
from partners.models import Partner, PartnerStatus
from partners.staff_rights import SUSPEND

from ..models import PartnerRelationship

EDITABLE = frozenset({"name", "country", "primary_domain"})


def _begin(partner: Partner, *, by: Actor, reason: str) -> str:
    if not by.has_perm(SUSPEND):
        raise PermissionDenied
    reason = given_reason(reason)
    partner.lock()
    return reason


@transaction.atomic
def suspend_partner(
    partner: Partner, *, by: Actor, reason: str, at: datetime | None = None
) -> None:
    """Stop the seven acts of rule R61 at once."""
    reason = _begin(partner, by=by, reason=reason)
    at = moment(at)
    partner.move_to(
        PartnerStatus.SUSPENDED, suspended_at=at, suspended_by=by, suspension_reason=reason
    )
    partner.record("partner.suspended", by=by, at=at, details={"reason": reason})


@transaction.atomic
def restore_partner(
    partner: Partner, *, by: Actor, reason: str, at: datetime | None = None
) -> None:
    """Everything is as before the suspension, with no other step (rule R63)."""
    reason = _begin(partner, by=by, reason=reason)
    partner.move_to(
        PartnerStatus.ACTIVE, suspended_at=None, suspended_by=None, suspension_reason=""
    )
    partner.record("partner.restored", by=by, at=moment(at), details={"reason": reason})


def customer_editable_by(by: Actor, customer: Customer) -> bool:
    """Staff, or the customer's own global admin; never a partner (matrix 2.2, A3 to A5)."""
    if by.has_perm("customers.change_customer"):
        return True
    admins = customer.memberships.having(CustomerRight.MANAGE_PEOPLE)
    return by.user is not None and by.user.is_active and admins.filter(user=by.user).exists()


@transaction.atomic
def edit_customer(
    customer: Customer,
    changes: Mapping[str, Any],
    *,
    by: Actor,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Write what differs, and into the log what it was and is; staff say why."""
    if not customer_editable_by(by, customer):
        raise PermissionDenied
    if by.acts_for_operator:
        reason = given_reason(reason)
    customer.lock()
    at = moment(at)
    with refused_where_taken(customer, "primary_domain"):
        differences = write(customer, changes, among=EDITABLE)
    if "primary_domain" in differences and customer.domain_confirmed_at is not None:
        raise Refused(_("The domain has been confirmed, so it stays as it is."))
    if "name" in differences:
        PartnerRelationship.objects.follow_name(customer)
    details: dict[str, Any] = {"reason": reason, "columns": differences}
    if "primary_domain" in differences:
        details["withdrawn"] = _withdraw_invitations_elsewhere(customer, by=by, at=at)
    if differences:
        customer.record("customer.edited", by=by, at=at, details=details)


def _withdraw_invitations_elsewhere(customer: Customer, *, by: Actor, at: datetime) -> list[str]:
    """Whoever was invited under a domain that was mistaken takes no place."""
    elsewhere = [
        invitation
        for invitation in customer.invitations.open(at).order_by("pk")
        if domain_of(invitation.email) != customer.primary_domain
    ]
    customer.invitations.filter(pk__in=[invitation.pk for invitation in elsewhere]).update(
        withdrawn_at=at, withdrawn_by=by
    )
    return [str(invitation.public_id) for invitation in elsewhere]
