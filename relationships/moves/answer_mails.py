"""
Answers to a partner's requests: at once, or all of a day in one mail (choice 7.19, ADR 0020).

An answer is a decision, a refusal by a request policy, or that nobody answered in time. What is
taken from a partner is no answer, and is always told at once.
"""

from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.urls import reverse

from accounts.models import User
from mail import outbox
from partnercenter.lib.states import moment
from partners.rights import PartnerRight

from ..models import Decision, Half, PendingAnswer, PolicyRefusal, RelationshipRequest
from ..policy_rules import met_by
from .asking import right_to_change

# The hour of the person's own day.
HOUR = time(17)
DAY = timedelta(days=1)
BATCH = 100


def tell_answer(
    request: RelationshipRequest,
    *,
    decision: Decision | None = None,
    refusal: PolicyRefusal | None = None,
    at: datetime | None = None,
) -> None:
    """Tell each person of the partner who may ask, or keep it for their mail of the day."""
    kind, key, facts = _mail_of(request, decision, refusal)
    places = request.partner.memberships.having(_right_to_read(request, refusal))
    for place in places.select_related("user").order_by("pk"):
        person = place.user
        if person.answers_daily:
            about = {"request": request, "decision": decision, "refusal": refusal}
            PendingAnswer.objects.get_or_create(person=person, **about, defaults={"at": moment(at)})
            continue
        outbox.send_to(person, kind, context=facts, key=f"{key}:{person.public_id}")


def send_gathered(at: datetime) -> int:
    """Make the mail of each person whose hour has come; safe to run twice at once."""
    first = dict(PendingAnswer.objects.order_by().values_list("person").annotate(Min("at")))
    people = User.objects.in_bulk(first)
    due = [key for key, person in people.items() if _due_at(person, first[key]) <= at]
    for key in sorted(due)[:BATCH]:
        _send(key, at)
    return len(due)


@transaction.atomic
def _send(key: int, at: datetime) -> None:
    """Everything that waits for this person, also what came after the hour."""
    rows = PendingAnswer.objects.filter(person=key).select_for_update(of=("self",))
    about = ("request__partner", "decision__customer", "decision__granted_terms", "refusal")
    waiting = list(rows.select_related("person", *about).order_by("at", "pk"))
    if not waiting or _due_at(waiting[0].person, waiting[0].at) > at:
        return
    person = waiting[0].person
    # Whoever has left the partner, or may not ask for it any more, is told nothing of it.
    told = [row for row in waiting if _may_read(person, row)]
    if told:
        outbox.send_to(
            person,
            "answers",
            context={
                "answers": [
                    _mail_of(row.request, row.decision, row.refusal)[2] | {"day": row.at}
                    for row in told
                ],
                "link": settings.SITE_URL + reverse("signin:profile"),
            },
            key=f"answers:{person.public_id}:{waiting[-1].pk}",
        )
    PendingAnswer.objects.filter(pk__in=[row.pk for row in waiting]).delete()


def _due_at(person: User, first: datetime) -> datetime:
    """At once for who has chosen so meanwhile; else when their clock next shows the hour."""
    return next_hour(first, person.zone) if person.answers_daily else first


def next_hour(after: datetime, zone: tzinfo) -> datetime:
    """When it is next that hour there."""
    there = after.astimezone(zone)
    day = there.date() + (DAY if there.time() >= HOUR else timedelta(0))
    return datetime.combine(day, HOUR, tzinfo=zone)


def _may_read(person: User, row: PendingAnswer) -> bool:
    right = _right_to_read(row.request, row.refusal)
    return row.request.partner.memberships.having(right).filter(user=person).exists()


def _right_to_read(request: RelationshipRequest, refusal: PolicyRefusal | None) -> PartnerRight:
    """Whoever may ask for the same; of a refusal, whoever may ask otherwise."""
    if refusal is not None:
        return right_to_change(request)
    return PartnerRight.REQUEST_ROLES if request.terms_id else PartnerRight.REQUEST_SELLING


def _mail_of(
    request: RelationshipRequest, decision: Decision | None, refusal: PolicyRefusal | None
) -> tuple[str, str, dict[str, Any]]:
    """The kind, the key and the facts of an answer's own mail."""
    facts: dict[str, Any] = {
        "partner": request.partner.name,
        "request": request.name,
        "link": settings.SITE_URL + request.get_absolute_url(),
    }
    if decision is not None:
        facts |= facts_of(decision) | {"answer": "decided"}
        return "decision_partner", f"decision:{decision.public_id}:partner", facts
    if refusal is not None:
        facts |= {"standing": request.is_standing, "found": met_by(refusal), "answer": "refused"}
        return "request_against_policy", f"policy:{refusal.public_id}", facts
    facts |= {"act": "request.expired", "name": request.name, "answer": "lapsed"}
    return "time_partner", f"lapsed:{request.public_id}", facts


def facts_of(decision: Decision) -> dict[str, Any]:
    """What was decided, as both sides' mails say it."""
    request, terms = decision.request, decision.granted_terms
    return {
        "partner": request.partner.name,
        "customer": decision.customer.name,
        "request": request.name,
        "approved": decision.status == "approved",
        "selling": decision.selling == Half.APPROVED,
        "asked_selling": request.asks_selling,
        "asked_administration": decision.asks_administration,
        "roles": [role.name for role in terms.roles.all()] if terms else [],
        "ends_at": decision.admin_relationship.ends_at if terms else None,
        "reason": decision.reason,
    }
