"""The staff's pages of organisations, roles, and all that relates them."""

from .. import admin_registrations  # noqa: F401  importing registers it
from . import (  # noqa: F401  importing registers them
    admin_relationships,
    customers,
    decisions,
    partners,
    requests,
    reseller_relationships,
    roles,
    service_administrations,
)
