"""Staff edit what a partner is called and where it sells; never its id, kind or status."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Actor
from partnercenter.lib.columns import write
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.states import moment

from .models import Partner, PartnerMarket
from .staff_rights import EDIT

EDITABLE = frozenset({"name", "country", "programme_id"})


@transaction.atomic
def edit_partner(
    partner: Partner,
    changes: Mapping[str, Any],
    *,
    by: Actor,
    reason: str,
    markets: Iterable[str] | None = None,
    at: datetime | None = None,
) -> None:
    """Write what differs, and into the log what it was and is."""
    if not by.has_perm(EDIT):
        raise PermissionDenied
    reason = given_reason(reason)
    partner.lock()
    differences = write(partner, changes, among=EDITABLE)
    differences |= _write_markets(partner, markets)
    if differences:
        details = {"reason": reason, "columns": differences}
        partner.record("partner.edited", by=by, at=moment(at), details=details)


def _write_markets(partner: Partner, markets: Iterable[str] | None) -> dict[str, Any]:
    """A partner may always sell in its own country."""
    before = {str(country) for country in partner.markets.values_list("country", flat=True)}
    after = {str(partner.country), *(before if markets is None else markets)}
    if before == after:
        return {}
    partner.markets.exclude(country__in=after).delete()
    PartnerMarket.objects.bulk_create(
        PartnerMarket(partner=partner, country=country) for country in sorted(after - before)
    )
    return {"markets": {"was": sorted(before), "is": sorted(after)}}
