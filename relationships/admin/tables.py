"""Tables that several of the staff's pages show."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import Invitation
from audit.models import Event
from customers.models import Customer
from partnercenter.lib.staff_tables import Link, Table
from partners.models import Partner
from subscriptions.models import Subscription

from ..models import (
    AccessTerms,
    AdminRelationship,
    ResellerRelationship,
    ServiceAdministration,
)

# What either kind of organisation can have.
RELATED = (ResellerRelationship, AdminRelationship, ServiceAdministration, Subscription)


def people(organisation: Partner | Customer) -> Table:
    """Who has a place in the organisation now."""
    places: Any = organisation.memberships.current()
    return Table(
        title=_("People"),
        headings=[_("Name"), _("E-mail address"), _("Role"), _("Since"), _("Let in by")],
        rows=[
            [
                place.user.get_full_name(),
                place.user.email,
                place.role_label,
                place.created_at,
                place.created_by.label,
            ]
            for place in places.select_related("user", "created_by__user").order_by("created_at")
        ],
        nothing=_("Nobody has a place yet."),
    )


def invitations(organisation: Partner | Customer) -> Table:
    """Who was invited, and what became of it; the link is nobody's business but theirs."""
    rows: Any = organisation.invitations.select_related("invited_by__user").order_by("-pk")
    now = timezone.now()
    return Table(
        title=_("Invitations"),
        headings=[_("E-mail address"), _("Role"), _("Invited"), _("By"), _("State")],
        rows=[
            [row.email, row.role_label, row.invited_at, row.invited_by.label, state_of(row, now)]
            for row in rows[:50]
        ],
        nothing=_("Nobody has been invited."),
    )


def state_of(invitation: Invitation, now: datetime) -> str:
    if invitation.accepted_at:
        return _("accepted")
    if invitation.withdrawn_at:
        return _("withdrawn")
    return _("expired") if invitation.expires_at <= now else _("open")


def own_log(side: str, organisation: Partner | Customer) -> Link:
    """Everything that its own people could read of it."""
    return Link(
        _("All events of %(name)s") % {"name": organisation.name},
        f"{_list_of(Event)}?chain={side}:{organisation.tenant_id}",
        model=Event,
    )


def elsewhere(organisation: Partner | Customer, *models: Any) -> Table:
    """Lists in which the organisation is found by its tenant id."""
    return Table(
        title=_("Look also at"),
        headings=[_("Page")],
        rows=[
            [
                Link(
                    capfirst(str(model._meta.verbose_name_plural)),
                    f"{_list_of(model)}?q={organisation.tenant_id}",
                    model=model,
                )
            ]
            for model in models
        ],
        nothing="",
    )


def _list_of(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def terms_in_words(terms: AccessTerms | None) -> str:
    """Roles, days, extension and groups, one a line."""
    if terms is None:
        return _("nothing")
    lines = [role.name for role in terms.roles.all()]
    lines.append(_("for %(days)d days") % {"days": terms.days})
    if terms.auto_extend:
        lines.append(_("with the wish to extend"))
    groups = [group.name for group in terms.planned_groups.all()]
    if groups:
        lines.append(_("for the groups: %(groups)s") % {"groups": ", ".join(groups)})
    return "\n".join(lines)
