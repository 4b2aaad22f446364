"""The admin as the operator's staff find it: grouped by what they come for."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

# What stands together on the first page and beside every other, in this order.
GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "partners": (_("Partners"), ("partners.Partner",)),
    "customers": (_("Customers"), ("customers.Customer", "customers.CustomerRegistration")),
    "catalogue": (
        _("Catalogue"),
        ("subscriptions.Service", "subscriptions.Offer", "relationships.AdminRole"),
    ),
    "supervision": (
        _("Supervision"),
        (
            "relationships.RelationshipRequest",
            "relationships.Decision",
            "relationships.ResellerRelationship",
            "relationships.AdminRelationship",
            "relationships.ServiceAdministration",
            "relationships.BulkJob",
            "relationships.RequestPolicy",
            "subscriptions.Subscription",
            "relationships.Certificate",
            "relationships.Breach",
            "audit.Event",
            "mail.Delivery",
        ),
    ),
    "people": (
        _("People"),
        (
            "accounts.User",
            "account.EmailAddress",
            "relationships.IdentityProvider",
            "accounts.Actor",
            "auth.Group",
        ),
    ),
}


class StaffSite(AdminSite):
    """Shows each person the groups of which they may see something."""

    index_title = _("What would you like to look after?")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        shown = {
            model["model"]._meta.label: model
            for app in super().get_app_list(request, app_label)
            for model in app["models"]
        }
        for model in shown.values():
            model["purpose"] = getattr(self._registry[model["model"]], "purpose", "")
        groups = [
            {
                "name": name,
                "app_label": group,
                "models": [shown[label] for label in labels if label in shown],
            }
            for group, (name, labels) in GROUPS.items()
        ]
        return [group for group in groups if group["models"]]

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        return redirect("admin:index")
