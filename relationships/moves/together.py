"""One move on several organisations: on all of them, or where one refuses on none."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, hold
from customers.models import Customer
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import Partner


@transaction.atomic
def together(
    move: Callable[..., None],
    organisations: Iterable[Partner | Customer],
    *,
    by: Actor,
    at: datetime | None = None,
    **given: Any,
) -> None:
    """Take every lock in the one order first, so that two such moves never wait for each other."""
    rows: list[Partner | Customer] = sorted(organisations, key=lambda row: row.pk)
    for row in rows:
        row.lock()
    hold(
        *(
            (Side.PARTNER if isinstance(row, Partner) else Side.CUSTOMER, row.party.id)
            for row in rows
        )
    )
    at = moment(at)
    for row in rows:
        try:
            move(row, by=by, at=at, **given)
        except Refused as refusal:
            raise Refused(_("%(name)s: %(why)s") % {"name": row.name, "why": refusal}) from refusal
