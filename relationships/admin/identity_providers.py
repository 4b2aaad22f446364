"""Staff see by which providers an organisation's people sign in, and turn one off."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from accounts.move_pages import Move, MovePagesAdmin
from partnercenter.lib.staff_pages import LookOnlyAdmin

from ..models import IdentityProvider
from ..moves.signing_on import CHANGE, turn_off_by_staff


def run_turn_off(rows: list[IdentityProvider], *, by: Actor, reason: str) -> None:
    for provider in rows:
        turn_off_by_staff(provider, by=by, reason=reason)


@admin.register(IdentityProvider)
class IdentityProviderAdmin(MovePagesAdmin, LookOnlyAdmin):
    purpose = _("Where the people of an organisation sign in by single sign-on.")
    moves = (
        Move(
            name="turn-off",
            label=_("Turn off"),
            done=_("Turned off:"),
            run=run_turn_off,
            asks=(CHANGE,),
            fits=lambda provider: provider.turned_on_at is not None,
            follows=(
                _("Nobody signs in by this provider any more, until a global admin turns it on."),
                _("The organisation's global admins get a mail."),
            ),
            stays=(
                _("Accounts, places and open sessions, and every other way to sign in."),
                _("What the organisation entered."),
            ),
        ),
    )
    list_display = ["organisation", "issuer", "tested_at", "turned_on_at"]
    list_display_links = ["organisation"]
    list_select_related = ["partner", "customer"]
    page_related = ("partner", "customer", "changed_by__user", "tested_by__user")
    search_fields = ["partner__name", "customer__name", "issuer"]
    search_help_text = _("By organisation or issuer.")
    ordering = ["-changed_at", "-id"]
    fieldsets = [
        (None, {"fields": ["partner", "customer", "issuer", "client_id", "resting"]}),
        (
            _("How far it is"),
            {"fields": ["changed_at", "changed_by", "tested_at", "tested_by", "turned_on_at"]},
        ),
    ]
    labels = {"changed_by": _("set up by"), "tested_by": _("tested by")}

    @admin.display(description=_("organisation"))
    def organisation(self, provider: IdentityProvider) -> str:
        return provider.organisation.name

    @admin.display(description=_("why nobody can sign in by it"))
    def resting(self, provider: IdentityProvider) -> Any:
        return provider.why_resting() or self.empty_value_display
