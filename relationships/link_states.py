"""What a link says once nobody can answer it, and what its reader can do then."""

from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from .models import RelationshipRequest, RequestStatus


class ClosedLink(NamedTuple):
    """Why a link leads on no further."""

    status: str
    title: Any
    what_now: Any
    since: datetime | None = None


TEXTS: dict[str, tuple[Any, Any]] = {
    RequestStatus.DECIDED: (
        _("This request has been decided"),
        _(
            "Its link works for one decision. If your organisation wants something else of this "
            "partner, ask it for a new request."
        ),
    ),
    RequestStatus.DECLINED: (
        _("This request was declined"),
        _(
            "Nothing was allowed by it. If your organisation has changed its mind, ask the "
            "partner for a new request."
        ),
    ),
    RequestStatus.CANCELLED: (
        _("The partner has cancelled this request"),
        _(
            "Nothing was allowed by it, and nothing is left to do. If you expected it, ask the "
            "partner for a new one."
        ),
    ),
    RequestStatus.EXPIRED: (
        _("This request has expired"),
        _(
            "It was not answered in time, so nothing was allowed by it. Ask the partner to send "
            "it again."
        ),
    ),
    RequestStatus.ROTATED: (
        _("The partner has replaced this link by a new one"),
        _(
            "Ask the partner for the new link. What your organisation allowed by the old one "
            "stays as it is."
        ),
    ),
}
HELD = _("Nothing can be decided here now")
KEEP_THE_LINK = _("Keep the link and open it again later, or ask the partner what is the matter.")


def closed_link(request: RelationshipRequest, at: datetime) -> ClosedLink | None:
    """Why nobody can answer the request, or nobody now; nothing while somebody can."""
    why = request.why_unanswerable(at)
    if not why:
        return None
    if request.status in TEXTS:
        return ClosedLink(request.status, *TEXTS[request.status], since=request.closed_at)
    if request.past_its_end(at):
        title, what_now = TEXTS[RequestStatus.EXPIRED]
        return ClosedLink(RequestStatus.EXPIRED, title, what_now, since=request.expires_at)
    return ClosedLink("suspended", HELD, f"{why} {KEEP_THE_LINK}")
