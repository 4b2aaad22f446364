"""Staff answer registrations: accept one with a domain, or refuse it, each with a reason."""

from collections.abc import Iterable

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from accounts.move_pages import Move, MovePagesAdmin
from audit.timeline import about, timeline
from customers.models import CustomerRegistration, RegistrationStatus
from partnercenter.lib.reasons import ReasonField
from partnercenter.lib.staff_pages import LookOnlyAdmin
from partnercenter.lib.staff_tables import Table

from ..moves.accepting import accept_registration, refuse_registration
from ..moves.registration_mails import ANSWERS_REGISTRATIONS

ADDS_CUSTOMERS = "customers.add_customer"


class AcceptForm(forms.Form):
    """Which domain the organisation has."""

    domain = forms.CharField(
        label=_("Primary domain"),
        max_length=253,
        widget=AdminTextInputWidget(),
        help_text=_("The organisation's own, in which not everybody can have an address."),
    )
    reason = ReasonField()


def waits(registration: CustomerRegistration) -> bool:
    return registration.status == RegistrationStatus.WAITING


def run_accept(rows: list[CustomerRegistration], *, by: Actor, domain: str, reason: str) -> None:
    accept_registration(rows[0], by=by, domain=domain, reason=reason)


def run_refuse(rows: list[CustomerRegistration], *, by: Actor, reason: str) -> None:
    refuse_registration(rows[0], by=by, reason=reason)


MOVES = (
    Move(
        name="accept",
        label=_("Accept registration"),
        done=_("Accepted:"),
        run=run_accept,
        asks=(ANSWERS_REGISTRATIONS, ADDS_CUSTOMERS),
        fits=lambda registration: waits(registration) and not registration.is_claim,
        form=AcceptForm,
        several=False,
        follows=(
            _("The organisation is entered under this domain, and the person is its global admin."),
            _("A mail tells the person, who opens the partner's link again."),
        ),
    ),
    Move(
        name="refuse",
        label=_("Refuse"),
        done=_("Refused:"),
        run=run_refuse,
        asks=(ANSWERS_REGISTRATIONS,),
        fits=waits,
        several=False,
        follows=(_("Nothing comes of it. A mail tells the person, with this reason."),),
        grave=True,
    ),
)


@admin.register(CustomerRegistration)
class CustomerRegistrationAdmin(MovePagesAdmin, LookOnlyAdmin):
    """Organisations that wait for staff, and claims of domains that others have."""

    purpose = _("Organisations that wait for an answer, and claims of domains that others have.")
    moves = MOVES
    list_display = ["name", "kind", "status", "person", "country", "domain", "created_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["user"]
    page_related = ("user", "customer", "accepted_by__user", "refused_by__user")
    search_fields = ["name", "domain", "user__email", "user__name", "=public_id"]
    ordering = ["-created_at", "-id"]
    fields = [
        "public_id",
        "kind",
        "status",
        "name",
        "country",
        "domain",
        "customer",
        "person",
        "created_at",
        "accepted_at",
        "accepted_by",
        "refused_at",
        "refused_by",
        "reason",
    ]

    @admin.display(description=_("person"), ordering="user__email")
    def person(self, registration: CustomerRegistration) -> str:
        person = registration.user
        return f"{person.name} <{person.email}>" if person.name else person.email

    def tables(self, request: HttpRequest, row: CustomerRegistration) -> Iterable[Table]:
        yield timeline(about(("registration", row.public_id)))
