"""The staff's pages of organisations, roles, and all that relates them."""

from . import (  # noqa: F401  importing registers them
    admin_relationships,
    breaches,
    bulk_jobs,
    certificates,
    customers,
    decisions,
    identity_providers,
    partners,
    registrations,
    request_policies,
    requests,
    reseller_relationships,
    roles,
    service_administrations,
    subscriptions,
)
