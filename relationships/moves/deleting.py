"""A person deletes their own account; what they did stays, and says no more who they were."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.factors import take_factors
from accounts.models import Actor, User
from audit.log import Side, hold, record
from mail import outbox
from partnercenter.lib.states import moment
from partners.models import PartnerMembership

from .people import PeopleRefused, Place, leave, why_not_leaving

# Nobody can have an address in this domain (RFC 2606).
GONE = "deleted-{id}@deleted.invalid"


@transaction.atomic
def delete_account(person: User, *, by: Actor, at: datetime | None = None) -> None:
    """
    Leave every organisation, and keep nothing that says who this was or lets anybody in.

    The row stays, because places, decisions and events refer to it; name and address are gone from
    it. The log's sealed parts keep who acted, for as long as the log is kept.
    """
    if by.user is None or by.user.pk != person.pk:
        raise PermissionDenied
    places = places_of(person)
    for place in places:
        place.organisation.lock()
    if why := why_not_deleting(person):
        raise PeopleRefused(why)
    hold(*(_party_of(place) for place in places), operator=True)
    at = moment(at)
    for place in places:
        leave(place, by=by, at=at)
    record(
        "user.deleted",
        by=by,
        at=at,
        side=Side.OPERATOR,
        subject=("user", str(person.public_id)),
    )
    outbox.send_to(
        person,
        "account_deleted",
        context={
            "organisations": [place.organisation.name for place in places],
            "link": settings.SITE_URL + reverse("account_signup"),
        },
        forget=True,
    )
    _empty(person, by)


def places_of(person: User) -> list[Place]:
    """Every place that the person has now, in the order in which organisations are locked."""
    someone: Any = person
    customers = someone.customer_memberships.current().select_related("customer")
    partners = someone.partner_memberships.current().select_related("partner")
    return [*customers.order_by("customer"), *partners.order_by("partner")]


def why_not_deleting(person: User) -> str:
    """Where somebody must take over first; empty where the account can go."""
    for place in places_of(person):
        if why := why_not_leaving(place):
            return why
    others = User.objects.active().filter(is_superuser=True, is_staff=True).exclude(pk=person.pk)
    if person.is_superuser and not others.exists():
        return _("You are the only superuser. Make somebody else one first.")
    return ""


def _party_of(place: Place) -> tuple[Side, str]:
    side = Side.PARTNER if isinstance(place, PartnerMembership) else Side.CUSTOMER
    return side, place.organisation.party.id


def _empty(person: User, by: Actor) -> None:
    take_factors(person)
    EmailAddress.objects.filter(user=person).delete()
    person.groups.clear()
    person.email = GONE.format(id=person.public_id)
    person.name = ""
    person.is_active = person.is_staff = person.is_superuser = False
    person.set_unusable_password()
    columns = ["email", "name", "is_active", "is_staff", "is_superuser", "password"]
    person.save(update_fields=columns)
    by.user = None
    by.save(update_fields=["user"])
