"""Staff hear when a domain that was proved no longer has its record."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.urls import reverse

from customers.models import Customer
from mail import outbox

LOOKS_AFTER_CUSTOMERS = "customers.change_customer"


def tell_lost(customer: Customer, *, key: str) -> None:
    """The domain may have changed hands; the account stays as it is until somebody looks."""
    readers: Any = ModelBackend().with_perm(LOOKS_AFTER_CUSTOMERS)
    for reader in readers.filter(is_staff=True).order_by("pk"):
        outbox.send_to(
            reader,
            "domain_lost",
            context={
                "organisation": customer.name,
                "domain": customer.primary_domain,
                "link": settings.SITE_URL
                + reverse("admin:customers_customer_change", args=[customer.pk]),
            },
            key=f"domain_lost:{key}:{reader.public_id}",
        )
