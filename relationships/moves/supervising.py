"""What staff do with a partner; relationships and subscriptions stay as they are (rule R64)."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import Partner, PartnerStatus


def _begin(partner: Partner, *, by: Actor, reason: str, at: datetime | None) -> datetime:
    if not by.has_perm("partners.change_partner"):
        raise PermissionDenied
    if not reason.strip():
        raise Refused(_("Give a reason."))
    partner.lock()
    return moment(at)


@transaction.atomic
def suspend_partner(
    partner: Partner, *, by: Actor, reason: str, at: datetime | None = None
) -> None:
    """Stop the seven acts of rule R61 at once."""
    at = _begin(partner, by=by, reason=reason, at=at)
    partner.move_to(
        PartnerStatus.SUSPENDED, suspended_at=at, suspended_by=by, suspension_reason=reason
    )
    partner.record("partner.suspended", by=by, at=at, details={"reason": reason})


@transaction.atomic
def restore_partner(
    partner: Partner, *, by: Actor, reason: str, at: datetime | None = None
) -> None:
    """Everything is as before the suspension, with no other step (rule R63)."""
    at = _begin(partner, by=by, reason=reason, at=at)
    partner.move_to(
        PartnerStatus.ACTIVE, suspended_at=None, suspended_by=None, suspension_reason=""
    )
    partner.record("partner.restored", by=by, at=at, details={"reason": reason})
