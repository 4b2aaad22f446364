"""A partner takes a request back."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.states import moment

from ..models import AdminStatus, EndedBecause, RelationshipRequest, RequestStatus
from .asking import RequestRefused, has_right, lock_partners, right_to_change
from .withdrawing import withdraw_open_decisions


@transaction.atomic
def cancel(request: RelationshipRequest, *, by: Actor, at: datetime | None = None) -> None:
    """
    Nobody can decide on it any more; a draft is discarded.

    To take something back is open to a suspended partner too: it asks for nothing.
    """
    lock_partners(request.partner, request.administrator)
    request.lock()
    at = moment(at)
    if not has_right(by, request.partner, right_to_change(request)):
        raise PermissionDenied
    if why := why_not_cancelling(request):
        raise RequestRefused(why)
    was_draft = request.is_draft
    request.move_to(RequestStatus.CANCELLED, closed_at=at, closed_by=by)
    waiting = request.admin_relationships.filter(
        status__in=[AdminStatus.CREATED, AdminStatus.APPROVAL_PENDING]
    )
    for relationship in waiting.order_by("pk"):
        relationship.move_to(
            AdminStatus.TERMINATED,
            ended_at=at,
            ended_by=by,
            ended_because=EndedBecause.CANCELLED,
        )
    withdrawn = withdraw_open_decisions(request, by=by, at=at)
    kind = "request.discarded" if was_draft else "request.cancelled"
    request.record(kind, by=by, at=at, details={"withdrawn": withdrawn})


def why_not_cancelling(request: RelationshipRequest) -> str:
    """Why there is nothing to take back; empty when there is."""
    if request.is_standing:
        return _("A standing link is not cancelled. Replace it by a new one.")
    if request.status not in (RequestStatus.DRAFT, RequestStatus.OPEN):
        return _("There is nothing to cancel: this request is %(state)s.") % {
            "state": request.get_status_display()
        }
    return ""
