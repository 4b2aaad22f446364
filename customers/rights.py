"""What a person may do in a customer's organisation: the table of design section 6."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerRole(models.TextChoices):
    """A person's place in an organisation that buys."""

    GLOBAL_ADMIN = "global_admin", _("global admin")
    PARTNER_RELATIONSHIPS_ADMIN = "partner_relationships_admin", _("partner-relationships admin")
    BILLING_ADMIN = "billing_admin", _("billing admin")
    READER = "reader", _("reader")


class CustomerRight(models.TextChoices):
    """An act or a page of a customer's organisation."""

    SEE = "see", _("see partners, requests and subscriptions")
    SEE_ACTIVITY = "see_activity", _("see the activity and the access matrix")
    DECIDE = "decide", _("decide on requests, pause and remove partners")
    PASS_ON = "pass_on", _("pass a request on")
    MANAGE_PEOPLE = "manage_people", _("manage people and the profile of the organisation")


_GLOBAL, _PARTNERS = CustomerRole.GLOBAL_ADMIN, CustomerRole.PARTNER_RELATIONSHIPS_ADMIN
_BILLING, _READER = CustomerRole.BILLING_ADMIN, CustomerRole.READER
_EVERYBODY = frozenset({_GLOBAL, _PARTNERS, _BILLING, _READER})

RIGHTS: dict[CustomerRight, frozenset[str]] = {
    CustomerRight.SEE: _EVERYBODY,
    CustomerRight.SEE_ACTIVITY: frozenset({_GLOBAL, _PARTNERS, _BILLING}),
    CustomerRight.DECIDE: frozenset({_GLOBAL, _PARTNERS}),
    CustomerRight.PASS_ON: _EVERYBODY,
    CustomerRight.MANAGE_PEOPLE: frozenset({_GLOBAL}),
}
