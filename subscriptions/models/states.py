from django.db import models
from django.utils.translation import gettext_lazy as _


class SubscriptionState(models.TextChoices):
    """The states of domain rule R71."""

    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")
    DISABLED = "disabled", _("disabled")
    DELETED = "deleted", _("deleted")


class SuspensionReason(models.TextChoices):
    """The three reasons of rule R67."""

    CUSTOMER_REQUEST = "customer_request", _("the customer asked for it")
    NON_PAYMENT = "non_payment", _("non-payment")
    MISUSE = "misuse", _("fraud or misuse")


class BillingCycle(models.TextChoices):
    MONTHLY = "monthly", _("monthly")
    ANNUAL = "annual", _("annual")
    TERM = "term", _("once a term")


class TermLength(models.TextChoices):
    """ISO 8601 durations."""

    ONE_MONTH = "P1M", _("1 month")
    ONE_YEAR = "P1Y", _("1 year")
    THREE_YEARS = "P3Y", _("3 years")
