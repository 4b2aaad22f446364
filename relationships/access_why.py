"""
Why somebody can do something for a customer, link by link, or which link is missing.

A customer reads the names of its own people, and of a partner's only whom it asked about; a partner
reads those of its own. Whoever works for no partner of the customer, or not for this partner, is
answered as somebody who is not there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Actor, ActorKind
from customers.models import Customer
from partners.models import Partner, PartnerMembership, SecurityGroupMember

from .access_matrix import name_of, names_of_signers
from .models import AdminRelationshipRole, AdminRole
from .overview import partners_known_to
from .ways import ways, with_role
from .who_may import Link, Missing, may


@dataclass(frozen=True)
class Step:
    """One link of a way: what holds, since when, by whom, until when."""

    title: str
    icon: str
    since: datetime | None = None
    by: str = ""
    until: datetime | None = None
    # Which page tells more of it, and of what; the template knows the address.
    page: str = ""
    of: Any = None


@dataclass(frozen=True)
class Answer:
    """Yes with every way, the longest first, or no with what is missing."""

    role: AdminRole
    customer: Customer
    person: Any = None
    ways: tuple[tuple[Step, ...], ...] = ()
    missing: str = ""

    @property
    def until(self) -> datetime | None:
        return self.ways[0][-1].until if self.ways else None


def for_customer(customer: Customer, address: str, role: AdminRole, at: datetime) -> Answer:
    """The customer asks about anybody; only the people of its partners are known to it."""
    people = PartnerMembership.objects.filter(partner__in=partners_known_to(customer))
    person = _person(people, address)
    if person is None:
        return Answer(role, customer, missing=Missing(Link.MEMBERSHIP).sentence)
    return _answer(person, customer, role, at, partner=None)


def for_partner(
    partner: Partner, customer: Customer, address: str, role: AdminRole, at: datetime
) -> Answer:
    """The partner asks about one of its own people, and learns of no other partner's ways."""
    person = _person(partner.memberships.all(), address)
    if person is None:
        return Answer(role, customer, missing=_("Nobody of your organisation has this address."))
    return _answer(person, customer, role, at, partner=partner)


def _person(places: Any, address: str) -> Any:
    found = places.current().filter(user__email__iexact=address.strip())
    place = found.select_related("user").order_by("pk").first()
    return place.user if place else None


def _answer(
    person: Any, customer: Customer, role: AdminRole, at: datetime, *, partner: Partner | None
) -> Answer:
    decision = may(person, customer, role, at, partner=partner)
    if isinstance(decision, Missing):
        return Answer(role, customer, person, missing=decision.sentence)
    found = ways(at).filter(with_role(role), person=person.pk, relationship__customer=customer)
    if partner is not None:
        found = found.filter(relationship__partner=partner)
    related = ("group", "created_by__user", "relationship__partner", "relationship__decision")
    whole = list(found.select_related(*related).order_by("-relationship__ends_at", "pk"))
    told = _Teller(customer, role, whole, own=partner)
    return Answer(role, customer, person, tuple(told.steps(way) for way in whole))


class _Teller:
    """Tells ways link by link, with all that they need read at once."""

    def __init__(
        self, customer: Customer, role: AdminRole, found: list[Any], *, own: Partner | None
    ) -> None:
        self.customer, self.role, self.own = customer, role, own
        places = PartnerMembership.objects.filter(pk__in={way.place for way in found})
        self.places = {
            place.pk: place for place in places.select_related("user", "created_by__user")
        }
        members = SecurityGroupMember.objects.filter(
            membership__in=self.places, removed_at__isnull=True
        )
        self.members = {
            (member.group_id, member.membership_id): member
            for member in members.select_related("added_by__user")
        }
        given = AdminRelationshipRole.objects.filter(
            relationship__in={way.relationship_id for way in found}, role=role
        )
        self.given = {row.relationship_id: row.granted_at for row in given}
        decisions = {way.relationship.decision_id for way in found}
        self.signers = names_of_signers(decisions) if own is None else {}
        side = customer if own is None else own
        self.own_people = set(side.memberships.values_list("user", flat=True))

    def steps(self, way: Any) -> tuple[Step, ...]:
        """From the person to the customer."""
        return tuple(link(way) for link in self._links())

    def _links(self) -> tuple[Callable[[Any], Step], ...]:
        return self._membership, self._group, self._assignment, self._grant, self._customer

    def _membership(self, way: Any) -> Step:
        place, partner = self.places[way.place], way.relationship.partner
        said = _("%(person)s works for %(partner)s.")
        title = said % {"person": place.user.get_full_name(), "partner": partner.name}
        by = self._by(place.created_by, partner.name)
        return Step(title, "user", place.created_at, by, page="person", of=partner)

    def _group(self, way: Any) -> Step:
        group, partner = way.group, way.relationship.partner
        if group.built_in:
            said = _("As an admin agent they are in the group “%(group)s”.")
            return Step(said % {"group": group.name}, "users", page="group", of=group)
        member = self.members[group.pk, way.place]
        title = _("They are in the group “%(group)s”.") % {"group": group.name}
        by = self._by(member.added_by, partner.name)
        return Step(title, "users", member.added_at, by, page="group", of=group)

    def _assignment(self, way: Any) -> Step:
        grant = way.relationship
        title = _("The role %(role)s is assigned to this group.") % {"role": self.role.name}
        # What the request planned is assigned by the approval itself.
        planned = way.created_at == grant.activated_at
        by = self._by(way.created_by, self.customer.name if planned else grant.partner.name)
        return Step(title, "key-round", way.created_at, by, page="assignment", of=grant)

    def _grant(self, way: Any) -> Step:
        grant = way.relationship
        said = _("%(customer)s gave %(partner)s this role, in the admin relationship “%(name)s”.")
        names = {"customer": self.customer.name, "partner": grant.partner.name, "name": grant.name}
        by = self.signers.get(grant.decision_id) or self.customer.name
        since = self.given.get(grant.pk)
        return Step(said % names, "handshake", since, by, grant.ends_at, "decision", grant.decision)

    def _customer(self, way: Any) -> Step:
        said = _("So they can act as %(role)s for %(customer)s.")
        names = {"role": self.role.name, "customer": self.customer.name}
        return Step(said % names, "building-2", until=way.relationship.ends_at)

    def _by(self, actor: Actor, otherwise: str) -> str:
        """By name one of the reader's own people, else the organisation that they act for."""
        if actor.kind == ActorKind.CLOCK:
            return _("the clock")
        if actor.user_id in self.own_people:
            return name_of(actor)
        return settings.OPERATOR_NAME if actor.acts_for_operator else otherwise
