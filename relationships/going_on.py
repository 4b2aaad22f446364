"""What goes on when administration or selling is taken back, in sentences (rules R32 to R36)."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from .grants import Grant
from .pair_overview import Selling


def after_terminating(grant: Grant, others: Iterable[Grant], selling: Selling) -> list[str]:
    """What stays when one grant of administration ends."""
    goes_on = []
    if selling.active:
        goes_on.append(
            _("The reseller relationship: you may go on selling and ordering for the customer.")
        )
    elif selling.runs:
        goes_on.append(_("The reseller relationship, which goes on winding down."))
    if selling.runs:
        goes_on.append(_("The duty to support the customer with what you sold."))
    goes_on.append(_("Every subscription, with its seller, its terms and its partner of record."))
    goes_on += [
        _("Your administration “%(name)s”.") % {"name": other.relationship.name}
        for other in others
        if other.runs and other.relationship != grant.relationship
    ]
    return [*goes_on, _resources()]


def after_ending() -> list[str]:
    """What stays when the reseller relationship ends."""
    return [
        _("Every subscription, with its seller, its terms and its partner of record."),
        _("What other partners have with the customer."),
        _("The way back: you can ask the customer again at any time."),
        _resources(),
    ]


def _resources() -> str:
    return _(
        "Roles that the customer gave your people on single resources, outside of this. The "
        "customer takes those back there."
    )
