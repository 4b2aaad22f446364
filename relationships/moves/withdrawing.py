"""What waits at customers ends because the partner took its request or its link back."""

from datetime import datetime

from django.conf import settings

from accounts.models import Actor, User
from audit.log import Side, hold, record
from mail import outbox

from ..models import Decision, DecisionStatus, RelationshipRequest


def withdraw_open_decisions(request: RelationshipRequest, *, by: Actor, at: datetime) -> int:
    """End each in the customer's own log, and write to who had opened it; the request is held."""
    waiting = list(
        request.decisions.open()
        .select_related("customer", "opened_by__user", "assigned_to__user")
        .order_by("pk")
    )
    # Whose logs this and what follows is written to, in the one order.
    hold(
        *((Side.PARTNER, asker.party.id) for asker in (request.partner, request.administrator)),
        *((Side.CUSTOMER, decision.customer.party.id) for decision in waiting),
    )
    for decision in waiting:
        people = _readers_of(decision)
        decision.move_to(DecisionStatus.WITHDRAWN, decided_at=at)
        # An event of the customer alone: the partner does not learn who had opened it.
        record(
            "request.withdrawn",
            by=by,
            at=at,
            side=Side.PARTNER,
            subject=("decision", str(decision.public_id)),
            customer=decision.customer.party,
            details={"asked_by": request.partner.name, "request": request.name},
        )
        for person in people:
            _tell(decision, person, request)
    return len(waiting)


def _readers_of(decision: Decision) -> list[User]:
    """Who opened it, and to whom it was passed on; only while they still belong there."""
    people = {decision.opened_by.user, decision.assigned_to and decision.assigned_to.user}
    here = decision.customer.memberships.current().filter(
        user__in=[person for person in people if person], user__is_active=True
    )
    return [place.user for place in here.select_related("user").order_by("pk")]


def _tell(decision: Decision, person: User, request: RelationshipRequest) -> None:
    outbox.send_to(
        person,
        "request_withdrawn",
        context={
            "partner": request.partner.name,
            "customer": decision.customer.name,
            "request": request.name,
            "rotated": request.is_standing,
            "link": settings.SITE_URL + decision.get_absolute_url(),
        },
        key=f"decision:{decision.public_id}:withdrawn:{person.public_id}",
    )
