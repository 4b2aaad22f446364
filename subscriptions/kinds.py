"""Sentences for the events of subscriptions."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "subscription.subscribed": _("A subscription of %(customer)s began: %(offer)s."),
    "subscription.imported": _("The operator entered a subscription of %(customer)s: %(offer)s."),
    "subscription.quantity_changed": _("The quantity of a subscription changed: %(offer)s."),
    "subscription.suspended": _("A subscription was suspended: %(offer)s."),
    "subscription.reactivated": _("A subscription was reactivated: %(offer)s."),
    "subscription.cancelled": _("A subscription was cancelled: %(offer)s."),
    "subscription.renamed": _("A subscription got another name: %(offer)s."),
    "subscription.auto_renew_switched": _(
        "The renewal of a subscription was switched on or off: %(offer)s."
    ),
    "subscription.renewed": _("A subscription was renewed: %(offer)s."),
    "subscription.expired": _("A subscription expired: %(offer)s."),
    "subscription.disabled": _("A subscription was disabled: %(offer)s."),
    "subscription.deleted": _("The data of a subscription was deleted: %(offer)s."),
}
