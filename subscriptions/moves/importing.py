"""A first load of subscriptions from a file, all or nothing."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, hold
from customers.models import Customer
from partnercenter.lib.batches import batches
from partnercenter.lib.states import moment

from ..import_lines import Line
from .ordering import import_one
from .writing import SubscriptionRefused


@transaction.atomic
def import_lines(
    lines: Iterable[Line], *, by: Actor, reason: str, at: datetime | None = None
) -> int:
    """Enter what is new, leave what exists as it is; with a faulty line nothing is entered."""
    return sum(1 for _line in import_each(lines, by=by, reason=reason, at=at))


def import_each(
    lines: Iterable[Line], *, by: Actor, reason: str, at: datetime | None = None
) -> Iterator[Line]:
    """The same, telling each line as it is entered; the caller holds the transaction."""
    if not by.has_perm("subscriptions.add_subscription"):
        raise PermissionDenied
    lines = list(lines)
    faulty = [line.number for line in lines if line.problems]
    if faulty:
        raise SubscriptionRefused(
            _("Nothing was imported: mend line %(lines)s first.")
            % {"lines": ", ".join(map(str, faulty[:20]))}
        )
    new = [line for line in lines if line.is_new]
    _hold(new)
    at = moment(at)
    for line in new:
        import_one(by=by, reason=reason, at=at, **line.fields)
        yield line


def _hold(lines: Iterable[Line]) -> None:
    """
    Every lock in the one order before the first line is entered.

    One line after the other would hold a seller's log while it waits for the next customer.
    """
    customers = {line.fields["customer"] for line in lines}
    for keys in batches(sorted(customer.pk for customer in customers)):
        rows = Customer.objects.filter(pk__in=keys).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))
    sellers = {line.fields["seller"] for line in lines} - {None}
    chains = [(Side.CUSTOMER, customer.party.id) for customer in customers]
    chains += [(Side.PARTNER, seller.party.id) for seller in sellers]
    for batch in batches(sorted(chains)):
        hold(*batch)
