"""A customer asks its own people for a second factor, or no longer does (rule R81)."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from customers.models import Customer
from customers.rights import CustomerRole
from partnercenter.lib.states import moment

from .people import PeopleRefused, manages
from .people_mails import tell


@transaction.atomic
def demand_factor(customer: Customer, *, on: bool, by: Actor, at: datetime | None = None) -> None:
    """From the next request on, in every window; nobody is signed out, nothing typed is kept."""
    customer.lock()
    if not manages(by, customer, {"role": CustomerRole.GLOBAL_ADMIN}):
        raise PermissionDenied
    if on == (customer.factor_demanded_at is not None):
        raise PeopleRefused(_("It is so already."))
    at = moment(at)
    customer.factor_demanded_at = at if on else None
    customer.factor_demanded_by = by if on else None
    customer.save(update_fields=["factor_demanded_at", "factor_demanded_by"])
    act = "factor_demanded" if on else "factor_not_demanded"
    event = customer.record(f"customer.{act}", by=by, at=at)
    for place in customer.memberships.current().select_related("user").order_by("pk"):
        key, role = f"{event.public_id}:{place.user.public_id}", place.role_label
        tell(act, customer, place.user, role=role, by=by, key=key, admins=False)
