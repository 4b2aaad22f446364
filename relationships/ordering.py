"""What an order begins and what it leaves as it is, in sentences."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnercenter.lib.templatetags.components import price
from subscriptions.lifecycle import cancellable_until
from subscriptions.models import Subscription

from .subscription_moves import Effects


def order_effects(ordered: Subscription) -> Effects:
    """Of a subscription as the order makes it."""
    words = {
        "number": ordered.quantity,
        "offer": ordered.offer.name,
        "customer": ordered.customer.name,
        "price": price(ordered.unit_price),
        "currency": ordered.currency,
        "cycle": ordered.get_billing_cycle_display(),
        "end": date_format(localtime(ordered.term_end), "DATE_FORMAT"),
        "until": date_format(localtime(cancellable_until(ordered)), "DATE_FORMAT"),
        "version": ordered.agreement_version,
    }
    starts = [
        ngettext(
            "%(customer)s has %(number)s licence of %(offer)s at once.",
            "%(customer)s has %(number)s licences of %(offer)s at once.",
            ordered.quantity,
        ),
        _("You bill the customer for it: %(price)s %(currency)s a licence, billed %(cycle)s."),
        _("Its term runs until %(end)s. Then it renews by itself, unless you switch that off."),
        _("You can cancel it until %(until)s."),
        _("It stands under the agreement of version %(version)s."),
    ]
    stays = [
        _("Every other subscription of the customer stays as it is, whoever sold it."),
        _("Who administers the customer's services stays as it is."),
    ]
    return Effects(
        starts=[*(sentence % words for sentence in starts), *_parties(ordered)], stays=stays
    )


def _parties(ordered: Subscription) -> list[str]:
    found = []
    if ordered.reseller_of_record and ordered.reseller_of_record != ordered.seller:
        found.append(
            _("Your organisation is its seller; %(reseller)s is its partner of record.")
            % {"reseller": ordered.reseller_of_record.name}
        )
    else:
        found.append(_("Your organisation is its seller and its partner of record."))
    if ordered.base_subscription:
        found.append(
            _("It is an add-on to “%(base)s” and is suspended with it.")
            % {"base": str(ordered.base_subscription)}
        )
    return found
