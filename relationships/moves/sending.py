"""The mail with the link goes out from the operator's address, on the partner's behalf."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from mail import outbox
from partnercenter.lib.states import moment

from ..models import RelationshipRequest
from .requesting import RequestRefused, may_request, why_not_requesting


@transaction.atomic
def send(request: RelationshipRequest, *, by: Actor, at: datetime | None = None) -> None:
    """Queue the mail, once."""
    request.partner.lock()
    request.lock()
    at = moment(at)
    if not may_request(by, request.partner, with_roles=request.terms_id is not None):
        raise PermissionDenied
    if why := why_not_requesting(request.partner) or request.why_unanswerable(at):
        raise RequestRefused(why)
    if not request.addressed_email:
        raise RequestRefused(_("This request names no e-mail address."))
    if request.sent_at is not None:
        raise RequestRefused(_("This request has been sent already."))
    request.sent_at, request.sent_by = at, by
    request.save(update_fields=["sent_at", "sent_by"])
    outbox.send(
        "request",
        to=request.addressed_email,
        context={
            "partner": request.partner.name,
            "partner_domain": request.partner.primary_domain,
            "sender": by.user.name if by.user else "",
            "reason": request.reason,
            "asks_selling": request.asks_selling,
            "roles": [role.name for role in request.asked_roles()],
            "days": request.terms.days if request.terms else 0,
            "link": request.link,
            "expires_at": request.expires_at,
        },
        key=f"request:{request.public_id}:sent",
        forget=True,
    )
    request.record("request.sent", by=by, at=at)
