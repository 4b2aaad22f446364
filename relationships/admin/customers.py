"""Staff enter and edit customers, confirm their domains, and invite who rules the account first."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_countries.filters import CountryFilter

from accounts.models import Actor
from accounts.move_pages import Move, MovePagesAdmin
from accounts.moves_admin import MovesAdmin
from audit.timeline import about, timeline
from customers.models import Customer, CustomerStatus
from customers.rights import CustomerRole
from partnercenter.lib.staff_tables import Table

from ..models import Decision
from ..moves.inviting import invite
from ..moves.supervising import edit_customer
from .organisation_form import OrganisationForm
from .partner_moves import InviteForm, on_all
from .tables import RELATED, elsewhere, invitations, own_log, people

EDITS_CUSTOMERS = "customers.change_customer"


def lacks_global_admin(customer: Customer) -> bool:
    admins = customer.memberships.current().filter(role=CustomerRole.GLOBAL_ADMIN)
    return not admins.filter(user__is_active=True).exists()


def run_invite(rows: list[Customer], *, by: Actor, email: str, reason: str) -> None:
    invite(rows[0], email, {"role": CustomerRole.GLOBAL_ADMIN}, by=by, reason=reason)


MOVES = (
    Move(
        name="confirm-domain",
        label=_("Confirm the domain"),
        done=_("The domain was confirmed:"),
        run=on_all(Customer.confirm_domain),
        asks=(EDITS_CUSTOMERS,),
        fits=lambda customer: customer.domain_confirmed_at is None,
        follows=(
            _("You vouch that the domain is the organisation's own."),
            _("Partners no longer read that the domain is not confirmed."),
            _("The domain stays from then on: nobody can edit it."),
        ),
    ),
    Move(
        name="invite",
        label=_("Invite the first global admin"),
        done=_("The invitation is on its way:"),
        run=run_invite,
        asks=(EDITS_CUSTOMERS,),
        fits=lambda customer: (
            customer.status == CustomerStatus.ACTIVE and lacks_global_admin(customer)
        ),
        form=InviteForm,
        several=False,
        follows=(
            _("A mail with a link goes to this address, which must be in the customer's domain."),
            _("Who has proved that the address is theirs can take the place of global admin."),
            _("A global admin rules the customer's account, and decides about partners."),
        ),
        grave=True,
    ),
)


class DomainFilter(admin.SimpleListFilter):
    """Whether somebody has confirmed the domain."""

    title = _("domain confirmed")
    parameter_name = "confirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("yes")), ("no", _("not yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(domain_confirmed_at__isnull=self.value() == "no")


@admin.register(Customer)
class CustomerAdmin(MovePagesAdmin, MovesAdmin):
    purpose = _("Enter and edit; confirm domains; invite the first global admin.")
    form = OrganisationForm
    moves = MOVES
    list_display = ["name", "country", "primary_domain", "confirmed", "status"]
    list_filter = ["status", DomainFilter, ("country", CountryFilter)]
    search_fields = ["name", "primary_domain", "=tenant_id"]
    search_help_text = _("By name, domain, or exact tenant id.")
    ordering = ["name", "id"]
    entered = [(_("Who"), {"fields": ["name", "primary_domain", "country", "tenant_id", "slug"]})]
    labels = {"domain_confirmed_by": _("confirmed by"), "closed_at": _("closed")}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        state = ["status", "created_at", "domain_confirmed_at", "domain_confirmed_by"]
        state += ["closed_at"] if obj.closed_at else []
        stays, edited = ["tenant_id", "slug"], ["name", "country"]
        (stays if obj.domain_confirmed_at else edited).append("primary_domain")
        return [
            (_("State"), {"fields": state}),
            (_("Identity"), {"fields": stays}),
            (_("Profile"), {"fields": edited}),
            *fieldsets,
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        fixed = ("status", "created_at", "domain_confirmed_at", "domain_confirmed_by", "closed_at")
        confirmed = ("primary_domain",) if obj.domain_confirmed_at else ()
        return (*fixed, "tenant_id", "slug", *confirmed)

    @admin.display(description=_("domain confirmed"), ordering="domain_confirmed_at")
    def confirmed(self, customer: Customer) -> str:
        return _t("yes") if customer.domain_confirmed_at else _t("not yet")

    def told(self, row: Customer) -> str:
        return f"{row.name} · {row.primary_domain}"

    def enter(self, form: Any, *, by: Actor, reason: str) -> Customer:
        return Customer.objects.add(by=by, reason=reason, **form.given())

    def edit(self, row: Customer, changes: dict[str, Any], *, by: Actor, reason: str) -> None:
        edit_customer(row, changes, by=by, reason=reason)

    def tables(self, request: HttpRequest, row: Customer) -> Iterable[Table]:
        yield people(row)
        yield invitations(row)
        yield elsewhere(row, Decision, *RELATED)
        yield timeline(about(("customer", row.tenant_id)), more=own_log("customer", row))
