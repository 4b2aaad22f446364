"""Pages of a customer are reached by a place in it."""

from partnercenter.lib.access import through_membership

from .models import CustomerMembership

customer_view = through_membership(
    CustomerMembership.objects.visible_to, customer__slug="customer_slug"
)
