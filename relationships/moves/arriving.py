"""A person whom the organisation's own identity provider knows gets a place when they arrive."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import Actor, User
from audit.log import Side, record
from customers.models import Customer, CustomerStatus
from customers.rights import CustomerRole
from partnercenter.lib.states import moment
from partners.models import Partner, PartnerStatus
from partners.rights import Admin, Agent

from .people import Organisation, Place
from .people_mails import tell
from .registering import verified_addresses
from .remembering import was_let_go

# The least that a place can give on each side.
LEAST_OF_CUSTOMER = {"role": CustomerRole.READER}
LEAST_OF_PARTNER = {"agent": Agent.HELPDESK_AGENT, "admin": Admin.NONE}


@transaction.atomic
def arrive(
    organisation: Organisation,
    person: User,
    *,
    address: str,
    sub: str,
    by: Actor,
    at: datetime | None = None,
) -> Place | None:
    """
    The least place for who has none; nothing for who ever had one, or is invited.

    A global admin who took somebody's place away meant it, under whichever account they come; and
    an invitation says itself which place it gives. `address` and `sub` are what the provider says.
    """
    organisation.lock()
    at = moment(at)
    places: Any = organisation.memberships
    if places.filter(user=person).exists() or _closed(organisation):
        return None
    if was_let_go(organisation, address=address, sub=sub) or is_invited(organisation, person, at):
        return None
    roles = LEAST_OF_PARTNER if isinstance(organisation, Partner) else LEAST_OF_CUSTOMER
    place: Place = places.create(user=person, created_at=at, created_by=by, **roles)
    room = "partner" if isinstance(organisation, Partner) else "customer"
    details = {"person": str(person.public_id), **roles}
    event = organisation.record(f"{room}.person_arrived", by=by, at=at, details=details)
    tell("joined", organisation, person, role=place.role_label, by=by, key=str(event.public_id))
    return place


@transaction.atomic
def hand_over(
    person: User, address: str, *, name: str, by: Actor, at: datetime | None = None
) -> None:
    """
    An account under an address that nobody ever proved becomes that of who comes with the proof.

    Nobody could sign in to it, so it holds nothing but the words of whoever made it.
    """
    person.name = name
    person.set_unusable_password()
    person.save(update_fields=["name", "password"])
    EmailAddress.objects.filter(user=person).delete()
    EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
    record(
        "user.handed_over",
        by=by,
        at=moment(at),
        side=Side.OPERATOR,
        subject=("user", str(person.public_id)),
    )


def _closed(organisation: Organisation) -> bool:
    if isinstance(organisation, Customer):
        return organisation.status == CustomerStatus.CLOSED
    return organisation.status == PartnerStatus.SUSPENDED


def is_invited(organisation: Organisation, person: User, at: datetime) -> bool:
    offers: Any = organisation.invitations.open(at)
    addresses = [address.lower() for address in verified_addresses(person)]
    return bool(offers.filter(email__in=addresses).exists())
