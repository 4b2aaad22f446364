"""
A customer says which requests reach its people: its request policy (ADR 0016).

A policy holds for what is asked and for what is approved from then on. What a partner has stays.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from customers.models import Customer
from customers.rights import CustomerRight
from partnercenter.lib.names import spellings_of
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import Partner

from ..models import PolicyPartner, RequestPolicy
from ..models.request_policy import LONGEST_DAYS, LONGEST_QUIET, MOST_ROLES, WhoMayAsk, new_code
from ..policy_rules import locks_everyone_out
from .answering import SignInAgain
from .asking import ChangedMeanwhile
from .notices import tell_policy

MOST_LISTED = 500
LISTS = {True: "allow", False: "deny"}


class PolicyRefused(Refused):
    """The policy cannot be changed so; the message is for people."""


class LocksEveryoneOut(PolicyRefused):
    """No partner at all could ask then; it is done once somebody has said that they mean it."""


@dataclass(frozen=True)
class PolicyWish:
    """The rules of a policy, without its lists and its code; None is no limit."""

    who: str = WhoMayAsk.ANYONE
    most_roles: int | None = None
    longest_days: int | None = None
    never_privileged: bool = False
    second_person: bool = False
    quiet_days: int | None = None


COLUMNS = tuple(PolicyWish.__dataclass_fields__)


def rules_of(policy: RequestPolicy) -> PolicyWish:
    return PolicyWish(**{column: getattr(policy, column) for column in COLUMNS})


@transaction.atomic
def set_policy(
    customer: Customer,
    wish: PolicyWish,
    *,
    by: Actor,
    seen: int,
    meant: bool = False,
    at: datetime | None = None,
) -> RequestPolicy:
    """
    From now on these rules hold; `seen` is the version that the person had before them.

    Where nobody could ask any more, `meant` says that the person knows. Who lets one person alone
    approve privileged roles again signs in anew.
    """
    policy = _begin(customer, by)
    was = rules_of(policy)
    if wish == was:
        return policy
    if seen != policy.version:
        raise ChangedMeanwhile(
            _(
                "Somebody changed the policy after you opened this page. Nothing of yours was "
                "saved; it still stands in the form. Compare it with the policy as it is now, then "
                "save again."
            )
        )
    _check(wish)
    if was.second_person and not wish.second_person and by.signed_in_again_at is None:
        raise SignInAgain(_("Sign in again to let one person alone approve privileged roles."))
    _stored(policy)
    for column in COLUMNS:
        setattr(policy, column, getattr(wish, column))
    _check_lock_out(policy, meant=meant)
    details = {
        column: {"was": getattr(was, column), "is": getattr(wish, column)}
        for column in COLUMNS
        if getattr(was, column) != getattr(wish, column)
    }
    _close(policy, "changed", details, columns=COLUMNS, by=by, at=at)
    return policy


@transaction.atomic
def renew_code(customer: Customer, *, by: Actor, at: datetime | None = None) -> RequestPolicy:
    """A request needs this code from now on; an old one stops working at once."""
    policy = _stored(_begin(customer, by))
    at, details = moment(at), {"had_one": policy.demands_code}
    policy.code, policy.code_since = new_code(), at
    _close(policy, "code_renewed", details, columns=("code", "code_since"), by=by, at=at)
    return policy


@transaction.atomic
def drop_code(customer: Customer, *, by: Actor, at: datetime | None = None) -> RequestPolicy:
    """A request needs no code any more."""
    policy = _begin(customer, by)
    if not policy.demands_code:
        raise PolicyRefused(_("There is no request code."))
    policy.code, policy.code_since = "", None
    _close(policy, "code_dropped", {}, columns=("code", "code_since"), by=by, at=at)
    return policy


@transaction.atomic
def list_partner(
    customer: Customer,
    partner: Partner,
    *,
    allowed: bool,
    by: Actor,
    meant: bool = False,
    at: datetime | None = None,
) -> PolicyPartner:
    """Put a partner on the allow list or on the deny list; it stands on one of them at most."""
    policy = _stored(_begin(customer, by))
    at, known = moment(at), policy.partners.filter(partner=partner).first()
    if known is not None and known.allowed == allowed:
        return known
    if known is None and policy.partners.count() >= MOST_LISTED:
        raise PolicyRefused(
            _("The lists hold at most %(most)d partners together.") % {"most": MOST_LISTED}
        )
    details = {**_named(partner), "was": _list_of(known), "is": LISTS[allowed]}
    columns = {"allowed": allowed, "added_at": at, "added_by": by}
    place, _made = policy.partners.update_or_create(partner=partner, defaults=columns)
    _check_lock_out(policy, meant=meant)
    _close(policy, "listed", details, by=by, at=at)
    return place


@transaction.atomic
def unlist_partner(
    customer: Customer,
    partner: Partner,
    *,
    by: Actor,
    meant: bool = False,
    at: datetime | None = None,
) -> None:
    """The partner stands on no list any more, so that the other rules alone hold for it."""
    policy = _begin(customer, by)
    known = PolicyPartner.objects.filter(policy__customer=customer, partner=partner).first()
    if known is None:
        raise PolicyRefused(_("This partner is on no list."))
    details = {**_named(partner), "was": _list_of(known), "is": None}
    known.delete()
    _check_lock_out(policy, meant=meant)
    _close(policy, "unlisted", details, by=by, at=at)


def partner_called(text: str) -> Partner | None:
    """The partner with exactly this domain or tenant id; nobody looks through all of them."""
    text = text.strip().lower().rstrip(".")
    try:
        return Partner.objects.filter(tenant_id=UUID(text)).first()
    except ValueError:
        return Partner.objects.filter(primary_domain__in=spellings_of(text)).first()


def _begin(customer: Customer, by: Actor) -> RequestPolicy:
    """Hold the customer and its policy; who never made one has one that lets everything in."""
    customer.lock()
    if by.user is None or not by.user.is_active:
        raise PermissionDenied
    if not customer.memberships.having(CustomerRight.DECIDE).filter(user=by.user).exists():
        raise PermissionDenied
    policy = RequestPolicy.objects.of(customer)
    return policy.lock() if policy.is_made else policy


def _stored(policy: RequestPolicy) -> RequestPolicy:
    """The first change makes the row."""
    if not policy.is_made:
        policy.save(force_insert=True)
    return policy


def _check(wish: PolicyWish) -> None:
    if wish.who not in WhoMayAsk.values:
        raise PolicyRefused(_("Choose who may ask."))
    for value, least, most, said in (
        (wish.most_roles, 0, MOST_ROLES, _("Choose from %(least)d to %(most)d roles.")),
        (wish.longest_days, 1, LONGEST_DAYS, _("Choose from %(least)d to %(most)d days.")),
        (wish.quiet_days, 1, LONGEST_QUIET, _("Choose from %(least)d to %(most)d days.")),
    ):
        if value is not None and not least <= value <= most:
            raise PolicyRefused(said % {"least": least, "most": most})


def _check_lock_out(policy: RequestPolicy, *, meant: bool) -> None:
    if not meant and locks_everyone_out(policy):
        raise LocksEveryoneOut(
            _("As the policy would stand then, no partner at all could ask you for anything.")
        )


def _named(partner: Partner) -> dict[str, Any]:
    return {"listed": partner.name, "listed_id": str(partner.tenant_id)}


def _list_of(place: PolicyPartner | None) -> str | None:
    return None if place is None else LISTS[place.allowed]


def _close(
    policy: RequestPolicy,
    act: str,
    details: dict[str, Any],
    *,
    columns: tuple[str, ...] = (),
    by: Actor,
    at: datetime | None,
) -> None:
    """The new version, its event in the customer's own log, and mails to the others who decide."""
    policy.changed_at, policy.changed_by = moment(at), by
    policy.version += 1
    policy.save(update_fields=[*columns, "changed_at", "changed_by", "version"])
    details = {**details, "version": policy.version}
    event = policy.customer.record(
        f"customer.policy_{act}", by=by, at=policy.changed_at, details=details
    )
    tell_policy(policy.customer, event, by=by)
