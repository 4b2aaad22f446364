"""What every page of one side shows around its content."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import CustomerMembership
from customers.rights import CustomerRight
from partners.models import PartnerKind, PartnerMembership
from partners.rights import PartnerRight


def partner_frame(request: HttpRequest, membership: PartnerMembership) -> dict[str, Any]:
    """The partner's name and the pages that this person may open."""
    # An indirect reseller uses its provider's requests (rule R45).
    asks = membership.partner.kind != PartnerKind.INDIRECT_RESELLER
    requests = [(_("Requests"), "request-list", "mail", PartnerRight.SEE_REQUESTS)] if asks else []
    entries = [
        (_("Home"), "partner-home", "house", PartnerRight.SEE_HOME),
        (_("Customers"), "partner-customers", "building-2", PartnerRight.SEE_CUSTOMERS),
        (
            _("Admin relationships"),
            "admin-relationships",
            "key-round",
            PartnerRight.SEE_CUSTOMERS,
        ),
        *requests,
        (_("Subscriptions"), "partner-subscriptions", "package", PartnerRight.SEE_SUBSCRIPTIONS),
        (_("Activity"), "partner-activity", "history", PartnerRight.SEE_OWN_ACTIVITY),
        (_("Groups"), "group-list", "boxes", PartnerRight.MANAGE_ADMINISTRATION),
        (_("Access"), "partner-access", "key-round", PartnerRight.SEE_ACCESS),
        (_("People"), "partner-people", "users", PartnerRight.MANAGE_PEOPLE),
        (_("Profile"), "partner-profile", "id-card", PartnerRight.SEE_HOME),
    ]
    return _frame(request, membership, entries)


def customer_frame(request: HttpRequest, membership: CustomerMembership) -> dict[str, Any]:
    """The customer's name and the pages that this person may open."""
    entries = [
        (_("Home"), "customer-home", "house", CustomerRight.SEE),
        (_("My partners"), "customer-partners", "handshake", CustomerRight.SEE),
        (_("Requests"), "decision-list", "mail", CustomerRight.SEE),
        (_("Subscriptions"), "customer-subscriptions", "package", CustomerRight.SEE),
        (_("Access"), "customer-access", "key-round", CustomerRight.SEE_ACTIVITY),
        (_("Activity"), "customer-activity", "history", CustomerRight.SEE_ACTIVITY),
        (_("Request policy"), "customer-policy", "shield-check", CustomerRight.DECIDE),
        (_("People"), "customer-people", "users", CustomerRight.MANAGE_PEOPLE),
        (_("Profile"), "customer-profile", "id-card", CustomerRight.MANAGE_PEOPLE),
    ]
    return _frame(request, membership, entries)


def _frame(request: HttpRequest, membership: Any, entries: list) -> dict[str, Any]:
    organisation = membership.organisation
    nav = []
    for label, name, icon, right in entries:
        if membership.may(right):
            url = reverse(f"relationships:{name}", args=[organisation.slug])
            at_home = name.endswith("-home")
            current = request.path == url if at_home else request.path.startswith(url)
            nav.append({"label": label, "url": url, "icon": icon, "current": current})
    return {
        "organisation": organisation,
        "membership": membership,
        "nav": nav,
        "other_memberships_url": reverse("signin:home"),
    }
