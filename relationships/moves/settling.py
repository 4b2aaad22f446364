"""Staff answer a breach; what was found stays as it was found."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, record
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment

from ..models import Breach

SETTLES = "relationships.change_breach"


@transaction.atomic
def settle(breach: Breach, *, by: Actor, reason: str, at: datetime | None = None) -> None:
    """Say what came of it; the watch tells it again only if it is found otherwise."""
    if not by.has_perm(SETTLES):
        raise PermissionDenied
    reason = given_reason(reason)
    if breach.customer is not None:
        breach.customer.lock()
    breach.lock()
    if breach.settled_at is not None:
        raise Refused(_("This breach has been settled already."))
    breach.settled_at, breach.settled_by, breach.settled_because = moment(at), by, reason
    breach.save(update_fields=["settled_at", "settled_by", "settled_because"])
    record(
        "breach.settled",
        by=by,
        at=breach.settled_at,
        side=Side.OPERATOR,
        subject=("breach", str(breach.public_id)),
        customer=breach.customer.party if breach.customer else None,
        details={"reason": reason},
    )
