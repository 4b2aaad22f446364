"""What a partner and one of its customers have with each other, for the customer's page."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from customers.models import Customer
from partners.models import Partner

from .grants import Grant
from .models import EndedBecause, ResellerRelationship, ResellerStatus
from .sales import why_not_selling


@dataclass(frozen=True)
class Selling:
    """The commercial half: the newest reseller relationship, and why no order can be taken."""

    latest: ResellerRelationship | None
    why_not: str

    @property
    def runs(self) -> bool:
        return self.latest is not None and self.latest.status != ResellerStatus.ENDED

    @property
    def active(self) -> bool:
        return self.latest is not None and self.latest.status == ResellerStatus.ACTIVE


def selling_to(partner: Partner, customer: Customer) -> Selling:
    rows = list(
        partner.reseller_relationships.filter(customer=customer).order_by("-started_at", "-pk")
    )
    statuses = {row.status for row in rows}
    latest = next((row for row in rows if row.status != ResellerStatus.ENDED), None)
    return Selling(latest or next(iter(rows), None), why_not_selling(partner, customer, statuses))


def what_went(selling: Selling, grants: Iterable[Grant]) -> str:
    """How the last administration went where selling goes on without any (R32); else empty."""
    grants = list(grants)
    if not selling.runs or any(grant.runs for grant in grants):
        return ""
    ended = next((grant for grant in grants if grant.relationship.ended_at), None)
    if ended is None:
        return ""
    day = date_format(localtime(ended.relationship.ended_at), "DATE_FORMAT")
    return WENT[EndedBecause(ended.relationship.ended_because)]() % {"date": day}


WENT = {
    EndedBecause.CUSTOMER: lambda: _("The customer ended your administration on %(date)s."),
    EndedBecause.DISPLACED: lambda: _(
        "Since %(date)s another partner administers what you administered."
    ),
    EndedBecause.PARTNER: lambda: _("Your organisation ended its administration on %(date)s."),
    EndedBecause.END_REACHED: lambda: _("Your administration came to its end on %(date)s."),
    EndedBecause.SELLING_ENDED: lambda: _(
        "Your administration ended on %(date)s with the reseller relationship."
    ),
    EndedBecause.RENEWED: lambda: _("Your administration ended on %(date)s."),
}
