"""
One mail for a whole bulk job to the partner's own people, instead of one for each row (ADR 0020).

What a row does to a customer is told to that customer at once, by the row's own move.
"""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Actor
from mail import outbox
from partners.models import SecurityGroup
from partners.rights import PartnerRight

from ..models import BulkAct, BulkJob, RowStatus
from .assignment_mails import NAMED, Reader, readers_of
from .notices import name_of


def tell_job(act: str, job: BulkJob, event_id: Any, *, by: Actor | None) -> None:
    """Tell that it is through, was halted or was stopped, with what came of its rows so far."""
    counted = job.rows.counted()
    done = job.rows.filter(status=RowStatus.DONE).order_by("number")
    named = done.values_list("relationship__customer__name", "key")[:NAMED]
    group = group_given(job)
    facts: dict[str, Any] = {
        "act": act,
        "does": job.act,
        "wished": job.given.get("wished", True),
        "because": job.halted_because,
        "actor": name_of(by) if by else settings.OPERATOR_NAME,
        "partner": job.partner.name,
        "group": group.name if group else "",
        "done": counted[RowStatus.DONE],
        "refused": counted[RowStatus.REFUSED],
        "failed": counted[RowStatus.FAILED],
        "waiting": counted[RowStatus.WAITING],
        "named": [name or key for name, key in named],
        "more": max(counted[RowStatus.DONE] - NAMED, 0),
    }
    page = settings.SITE_URL + job.get_absolute_url()
    home = settings.SITE_URL + reverse("relationships:partner-home", args=[job.partner.slug])
    for reader in _readers(job, group):
        # Whoever is only in the group has nothing of a job that gave it nothing.
        if reader.manages or facts["done"]:
            outbox.send_to(
                reader.person,
                "bulk_job",
                context={
                    **facts,
                    "own": reader.inside and bool(facts["done"]),
                    "link": page if reader.manages else home,
                },
                key=f"bulk:{event_id}:{reader.person.public_id}",
            )


def group_given(job: BulkJob) -> SecurityGroup | None:
    """The group to which the job gives roles, closed meanwhile or not."""
    if job.act != BulkAct.ASSIGN or not job.given.get("group"):
        return None
    return job.partner.security_groups.filter(public_id=job.given["group"]).first()


def _readers(job: BulkJob, group: SecurityGroup | None) -> list[Reader]:
    if group is not None:
        return readers_of(group)
    places = job.partner.memberships.having(PartnerRight.MANAGE_ADMINISTRATION)
    return [Reader(place.user, False, True) for place in places.select_related("user")]
