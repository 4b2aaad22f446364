"""
Reminders that administration comes to its end: 30, 7, 1 and 0 days before (rule R-G11).

The days are those of the recipient, by their own time zone. What will be extended is told once, and
not again. After a standstill only the nearest reminder goes out.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import User
from customers.rights import CustomerRight
from partners.rights import PartnerRight

from ..models import AdminRelationship, AdminStatus
from .time_mails import tell_partner_and_customer

STEPS = (30, 7, 1, 0)  # days before the end
# The first day of the first step, wherever on earth somebody reads it.
AHEAD = timedelta(days=max(STEPS) + 1)
BATCH = 100


def remind_due(at: datetime) -> int:
    """Remind of each grant whose next moment has come; how many were looked at."""
    due = AdminRelationship.objects.filter(status=AdminStatus.ACTIVE, remind_at__lte=at)
    found = list(due.order_by("remind_at", "pk").values_list("pk", flat=True)[:BATCH])
    for key in found:
        _remind(key, at)
    return len(found)


@transaction.atomic
def _remind(key: int, at: datetime) -> None:
    grant = AdminRelationship.objects.select_related("partner", "customer").get(pk=key)
    grant.lock()
    if grant.status != AdminStatus.ACTIVE or grant.remind_at is None or grant.remind_at > at:
        return
    customer, ends_at, activated_at = grant.customer, grant.ends_at, grant.activated_at
    if customer is None or ends_at is None or activated_at is None:
        return
    extends = AdminRelationship.objects.to_be_extended().filter(pk=grant.pk).exists()
    places = grant.partner.memberships.having(PartnerRight.MANAGE_ADMINISTRATION)
    seats = customer.memberships.having(CustomerRight.DECIDE)
    people = [place.user for place in places.select_related("user")]
    people += [seat.user for seat in seats.select_related("user")]
    steps = {person.pk: step_of(ends_at, activated_at, at, person.zone) for person in people}
    told = [person.pk for person in people if steps[person.pk] is not None]
    tell_partner_and_customer(
        "extends" if extends else "ends",
        grant,
        only=told,
        key=lambda person: f"{ends_at:%Y%m%d}:{'extends' if extends else steps[person.pk]}",
    )
    grant.remind_at = next_moment(ends_at, at, people)
    grant.save(update_fields=["remind_at"])


def step_of(ends_at: datetime, activated_at: datetime, at: datetime, zone: ZoneInfo) -> int | None:
    """The nearest step whose day has come for somebody there; none before, and none after."""
    end, today = (moment.astimezone(zone).date() for moment in (ends_at, at))
    left = (end - today).days
    come = [step for step in STEPS if 0 <= left <= step]
    if not come:
        return None
    # Whoever approved later than this step knows the end from the approval.
    began = (end - activated_at.astimezone(zone).date()).days
    return min(come) if min(come) < began else None


def next_moment(ends_at: datetime, at: datetime, people: Iterable[User]) -> datetime | None:
    """When the next day of a step begins for one of these people."""
    moments = set()
    for zone in {person.zone for person in people} or {ZoneInfo("UTC")}:
        end = ends_at.astimezone(zone).date()
        for step in STEPS:
            begins = datetime.combine(end - timedelta(days=step), time(), tzinfo=zone)
            moments.add(begins.astimezone(UTC))
    return min((moment for moment in moments if moment > at), default=None)
