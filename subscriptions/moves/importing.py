"""A first load of subscriptions from a file, all or nothing."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
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
    at = moment(at)
    # Customers are locked in the order of their keys, as by every move.
    new = sorted(
        (line for line in lines if line.is_new), key=lambda line: line.fields["customer"].pk
    )
    for line in new:
        import_one(by=by, reason=reason, at=at, **line.fields)
        yield line
