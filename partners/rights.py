"""
What a person may do in a partner's organisation: design section 6, and matrix 2.2 for the rest.

The one table that moves and pages ask. A3 to A5 (editing a customer's account) are nobody's right
here: an account is changed by its own global admin or by staff.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Agent(models.TextChoices):
    """Which customer and company data a person sees (domain rules 2.1)."""

    NONE = "none", _("no agent")
    ADMIN_AGENT = "admin_agent", _("admin agent")
    SALES_AGENT = "sales_agent", _("sales agent")
    HELPDESK_AGENT = "helpdesk_agent", _("helpdesk agent")


class Admin(models.TextChoices):
    """Which functions a person may use (domain rules 2.1)."""

    NONE = "none", _("no admin")
    GLOBAL_ADMIN = "global_admin", _("global admin")
    BILLING_ADMIN = "billing_admin", _("billing admin")
    USER_MANAGEMENT_ADMIN = "user_management_admin", _("user-management admin")


class PartnerRight(models.TextChoices):
    """An act or a page of a partner's organisation."""

    SEE_HOME = "see_home", _("see the home page and the profile of the organisation")
    EDIT_PROFILE = "edit_profile", _("edit the profile of the organisation")
    SEE_SUBSCRIPTIONS = "see_subscriptions", _("see subscriptions")
    CHANGE_SUBSCRIPTIONS = "change_subscriptions", _("change subscriptions")
    SEE_CUSTOMERS = "see_customers", _("see customers")
    SEE_REQUESTS = "see_requests", _("see requests")
    REQUEST_SELLING = "request_selling", _("request a reseller relationship")
    REQUEST_ROLES = "request_roles", _("request delegated administration")
    ROTATE_LINK = "rotate_link", _("rotate the standing link")
    MANAGE_ADMINISTRATION = (
        "manage_administration",
        _("manage groups and assignments, terminate administration, end relationships"),
    )
    SEE_ACCESS = "see_access", _("see who can do what for which customer")
    MANAGE_PEOPLE = "manage_people", _("manage people")
    SEE_ALL_ACTIVITY = "see_all_activity", _("see the activity of everybody")
    SEE_OWN_ACTIVITY = "see_own_activity", _("see one's own activity")
    SEE_SERVICE_HEALTH = "see_service_health", _("see a customer's service health")
    SEE_AGREEMENTS = "see_agreements", _("see customer agreements")
    SEE_PRICES = "see_prices", _("see pricing and offers")
    SEE_INVOICES = "see_invoices", _("see invoices and reconciliation files")
    ADMINISTER = "administer", _("administer on behalf of a customer")
    ENROL_RESELLER = "enrol_reseller", _("enrol an indirect reseller")


_ADMIN, _SALES, _HELPDESK = Agent.ADMIN_AGENT, Agent.SALES_AGENT, Agent.HELPDESK_AGENT
_GLOBAL, _BILLING, _USERS = Admin.GLOBAL_ADMIN, Admin.BILLING_ADMIN, Admin.USER_MANAGEMENT_ADMIN
_EVERYBODY = frozenset({_ADMIN, _SALES, _HELPDESK, _GLOBAL, _BILLING, _USERS})

RIGHTS: dict[PartnerRight, frozenset[str]] = {
    PartnerRight.SEE_HOME: _EVERYBODY,
    PartnerRight.EDIT_PROFILE: frozenset({_GLOBAL}),
    PartnerRight.SEE_SUBSCRIPTIONS: frozenset({_ADMIN, _SALES, _HELPDESK, _GLOBAL}),
    PartnerRight.CHANGE_SUBSCRIPTIONS: frozenset({_ADMIN, _SALES, _GLOBAL}),
    PartnerRight.SEE_CUSTOMERS: frozenset({_ADMIN, _SALES, _HELPDESK, _GLOBAL}),
    PartnerRight.SEE_REQUESTS: frozenset({_ADMIN, _SALES, _GLOBAL}),
    PartnerRight.REQUEST_SELLING: frozenset({_ADMIN, _SALES, _GLOBAL}),
    PartnerRight.REQUEST_ROLES: frozenset({_ADMIN, _GLOBAL}),
    PartnerRight.ROTATE_LINK: frozenset({_ADMIN, _GLOBAL}),
    PartnerRight.MANAGE_ADMINISTRATION: frozenset({_ADMIN, _GLOBAL}),
    PartnerRight.SEE_ACCESS: frozenset({_ADMIN, _GLOBAL}),
    PartnerRight.MANAGE_PEOPLE: frozenset({_GLOBAL, _USERS}),
    PartnerRight.SEE_ALL_ACTIVITY: frozenset({_ADMIN, _GLOBAL}),
    PartnerRight.SEE_OWN_ACTIVITY: _EVERYBODY,
    PartnerRight.SEE_SERVICE_HEALTH: frozenset({_ADMIN, _HELPDESK, _GLOBAL}),
    PartnerRight.SEE_AGREEMENTS: frozenset({_SALES, _GLOBAL, _BILLING}),
    PartnerRight.SEE_PRICES: frozenset({_ADMIN, _GLOBAL, _BILLING}),
    PartnerRight.SEE_INVOICES: frozenset({_ADMIN, _GLOBAL, _BILLING}),
    PartnerRight.ADMINISTER: frozenset({_ADMIN, _HELPDESK, _GLOBAL}),
    PartnerRight.ENROL_RESELLER: frozenset({_ADMIN, _SALES, _GLOBAL}),
}
