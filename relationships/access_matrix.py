"""
Who can do what: the access matrix of a customer, and that of a partner.

It is drawn from the same ways that `who_may.may` asks. A row is a person with one customer or one
partner; each of its cells is a role, held until the end of the way that holds longest.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import Actor
from customers.models import Customer
from partners.models import Partner, PartnerMembership, PartnerStatus

from .customer_rows import found_by
from .models import (
    AccessAssignment,
    AdminRelationship,
    AdminRelationshipRole,
    AdminRole,
    AssignmentStatus,
    DecisionSignature,
    PartnerRelationship,
)
from .ways import PERSON, ways, with_role

LONGEST = 50


@dataclass(frozen=True)
class Cell:
    """One role that somebody has: until when, by which group and grant, by whose yes."""

    role: str
    template_id: UUID
    until: datetime
    group: str
    grant: str
    grant_id: UUID
    decision: UUID
    granted_at: datetime
    granted_by: str


@dataclass(frozen=True)
class Row:
    """A person with what they can do: for a customer by one partner, or for one customer."""

    party: int
    name: str
    slug: str
    tenant_id: UUID
    place: int
    person: str
    address: str
    cells: list[Cell] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        return self.person or self.address


@dataclass(frozen=True)
class Idle:
    """A grant that runs, and through which nobody acts now."""

    relationship: Any

    @property
    def state(self) -> str:
        if self.relationship.paused_at is not None:
            return "paused"
        if self.relationship.partner.status != PartnerStatus.ACTIVE:
            return "suspended"
        return "unassigned"

    @property
    def why(self) -> str:
        if self.state == "paused":
            return _("paused")
        if self.state == "suspended":
            return _("the partner is suspended")
        if self.relationship.is_assigned:
            return _("nobody is in the groups that it is assigned to")
        return _("it is assigned to no group")

    @property
    def roles(self) -> list[str]:
        return sorted(given.role.name for given in self.relationship.standing)


@dataclass(frozen=True)
class Choice:
    """Which part of the matrix somebody wants to see."""

    person: str = ""
    role: AdminRole | None = None
    partner: Partner | None = None


class Matrix:
    """The rows of one organisation at one moment; `party` is who stands on the other side."""

    party: str

    def __init__(self, choice: Choice, at: datetime) -> None:
        self.choice, self.at = choice, at

    def rows(self, after: tuple[int, int] | None, size: int) -> tuple[list[Row], bool]:
        """The first rows after this place, with their cells, and whether there are more."""
        keys = self._keys(after, size + 1)
        rows = [Row(*key) for key in keys[:size]]
        cells = self._cells(rows) if rows else {}
        for row in rows:
            row.cells.extend(cells.get((row.party, row.place), ()))
        return rows, len(keys) > size

    def all_rows(self, at_once: int) -> Iterator[list[Row]]:
        """Every row, a portion at a time, each beginning after the one before."""
        after, more = None, True
        while more:
            rows, more = self.rows(after, at_once)
            if rows:
                after = rows[-1].party, rows[-1].place
                yield rows

    def _of_organisation(self, found: QuerySet[Any]) -> QuerySet[Any]:
        raise NotImplementedError

    def _order(self) -> Any:
        """By what the partners, or the customers, are sorted."""
        raise NotImplementedError

    def _place_of(self, party: int, place: int) -> tuple[str, str] | None:
        """By what a party is sorted, and a person's name, though they may be gone by now."""
        raise NotImplementedError

    def _near(self, after: tuple[str, int] | None, size: int) -> list[int] | None:
        """The parties that can stand on the page, where there may be very many."""
        return None

    def _signers(self, decisions: set[int]) -> dict[int, str]:
        """Whose yes each of the decisions was."""
        raise NotImplementedError

    def _ways(self) -> QuerySet[Any]:
        """The organisation's own, as they are chosen."""
        found = self._of_organisation(ways(self.at)).alias(
            order=self._order(), name=F(f"{PERSON}__name"), address=F(f"{PERSON}__email")
        )
        if self.choice.partner is not None:
            found = found.filter(relationship__partner=self.choice.partner)
        if self.choice.role is not None:
            found = found.filter(with_role(self.choice.role))
        if sought := self.choice.person:
            found = found.filter(Q(name__icontains=sought) | Q(address__icontains=sought))
        return found

    def _of(self, found: QuerySet[Any], parties: Any) -> QuerySet[Any]:
        return found.filter(**{f"relationship__{self.party}__in": parties})

    def _keys(self, after: tuple[int, int] | None, size: int) -> list[tuple[Any, ...]]:
        party, found = f"relationship__{self.party}", self._ways()
        sorted_by = ("order", party, "name", "place")
        known = self._place_of(*after) if after else None
        if after and known:
            place = (known[0], after[0], known[1], after[1])
            found = found.filter(_behind(sorted_by, place))
        near = self._near((known[0], after[0]) if after and known else None, size)
        if near is not None:
            found = self._of(found, near)
        columns = (
            party, f"{party}__name", f"{party}__slug", f"{party}__tenant_id",
            "place", f"{PERSON}__name", f"{PERSON}__email",
        )  # fmt: skip
        # What it is sorted by must be among what is distinct.
        found = found.annotate(order=F("order")).order_by(*sorted_by)
        return [row[:-1] for row in found.values_list(*columns, "order").distinct()[:size]]

    def _cells(self, rows: list[Row]) -> dict[tuple[int, int], list[Cell]]:
        """Of all ways to a role the one that holds longest, as `who_may.may` takes it."""
        party = f"relationship__{self.party}"
        held = self._of(self._ways(), {row.party for row in rows})
        held = held.filter(place__in={row.place for row in rows})
        if self.choice.role is not None:
            held = held.filter(roles=self.choice.role)
        found = held.order_by(
            party, "place", "roles__name", "roles", "-relationship__ends_at", "pk"
        ).values_list(
            party, "place", "roles", "roles__name", "roles__template_id", "relationship__ends_at",
            "group__name", "relationship__name", "relationship__public_id",
            "relationship__decision__public_id", "relationship__decision__decided_at",
            "relationship__decision",
        )  # fmt: skip
        lines = [next(same) for _who, same in groupby(found, key=lambda line: line[:3])]
        signers = self._signers({line[-1] for line in lines})
        cells: dict[tuple[int, int], list[Cell]] = {}
        for line in lines:
            cell = Cell(*(*line[3:-1], signers.get(line[-1], "")))
            cells.setdefault(line[:2], []).append(cell)
        return cells


class CustomerMatrix(Matrix):
    """What the people of its partners can do for a customer."""

    party = "partner"

    def __init__(self, customer: Customer, choice: Choice, at: datetime) -> None:
        super().__init__(choice, at)
        self.customer = customer

    def idle(self) -> list[Idle]:
        """Grants that run and give nobody access now, with those that end first in front."""
        own = OuterRef("pk")
        assigned = AccessAssignment.objects.filter(relationship=own, status=AssignmentStatus.ACTIVE)
        standing = AdminRelationshipRole.objects.filter(removed_at__isnull=True)
        grants: QuerySet[AdminRelationship] = self.customer.admin_relationships.running(self.at)
        grants = grants.filter(~Exists(ways(self.at).filter(relationship=own)))
        if self.choice.partner is not None:
            grants = grants.filter(partner=self.choice.partner)
        if self.choice.role is not None:
            given = standing.filter(relationship=own, role=self.choice.role)
            grants = grants.filter(Exists(given))
        found = (
            grants.annotate(is_assigned=Exists(assigned))
            .select_related("partner", "decision")
            .prefetch_related(
                Prefetch("granted_roles", standing.select_related("role"), to_attr="standing")
            )
            .order_by("ends_at", "pk")
        )
        return [Idle(grant) for grant in found[:LONGEST]]

    def _of_organisation(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.filter(relationship__customer=self.customer)

    def _order(self) -> Any:
        return F("relationship__partner__name")

    def _place_of(self, party: int, place: int) -> tuple[str, str] | None:
        known = self.customer.pairs.filter(partner=party).values("partner")
        places = PartnerMembership.objects.filter(pk=place, partner__in=known)
        return places.values_list("partner__name", "user__name").first()

    def _signers(self, decisions: set[int]) -> dict[int, str]:
        return names_of_signers(decisions)


class PartnerMatrix(Matrix):
    """What a partner's own people can do, for which of its customers."""

    party = "customer"

    def __init__(self, partner: Partner, choice: Choice, at: datetime, *, sought: str = "") -> None:
        """`sought` is a customer's tenant id or domain, or how its name begins."""
        super().__init__(choice, at)
        self.partner, self.pairs = partner, found_by(partner.pairs.listed(), sought)

    def _of_organisation(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.filter(relationship__partner=self.partner)

    def _order(self) -> Any:
        pair = PartnerRelationship.objects.filter(
            partner=OuterRef("relationship__partner"), customer=OuterRef("relationship__customer")
        )
        return Subquery(pair.values("name_key")[:1])

    def _near(self, after: tuple[str, int] | None, size: int) -> list[int]:
        pairs = self.pairs
        if after:
            key, customer = after
            pairs = pairs.filter(Q(name_key__gt=key) | Q(customer__gte=customer))
            pairs = pairs.filter(name_key__gte=key)
        usable = self._ways().filter(relationship__customer=OuterRef("customer"))
        found = pairs.filter(Exists(usable)).order_by("name_key", "customer")
        return list(found.values_list("customer", flat=True)[:size])

    def _place_of(self, party: int, place: int) -> tuple[str, str] | None:
        keys = self.partner.pairs.filter(customer=party).values_list("name_key", flat=True)
        names = self.partner.memberships.filter(pk=place).values_list("user__name", flat=True)
        key, name = keys.first(), names.first()
        return None if key is None or name is None else (key, name)

    def _signers(self, decisions: set[int]) -> dict[int, str]:
        """A partner reads the customer's name, and none of its people's."""
        return {}


def names_of_signers(decisions: set[int]) -> dict[int, str]:
    """The customer's people who said yes, by decision."""
    signatures = DecisionSignature.objects.filter(decision__in=decisions)
    names: dict[int, list[str]] = {}
    for signature in signatures.select_related("actor__user").order_by("at", "pk"):
        names.setdefault(signature.decision_id, []).append(name_of(signature.actor))
    return {decision: ", ".join(found) for decision, found in names.items()}


def name_of(actor: Actor) -> str:
    return actor.user.get_full_name() if actor.user else actor.label


def _behind(columns: tuple[str, ...], place: tuple[Any, ...]) -> Q:
    """Whatever is sorted after this place by these columns."""
    behind, same = Q(), Q()
    for column, value in zip(columns, place, strict=True):
        behind |= same & Q(**{f"{column}__gt": value})
        same &= Q(**{column: value})
    return behind
