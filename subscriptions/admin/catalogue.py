"""Staff add and edit services and offers with a reason."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from accounts.moves_admin import MovesAdmin
from audit.timeline import about, timeline
from partnercenter.lib.staff_tables import Table

from .. import cataloguing
from ..models import Offer, Service


def in_plain_words(parts: dict[str, Any]) -> Table:
    """The text that customers read, to look at: it is a part of the program."""
    return Table(
        title=_t("In plain words"),
        headings=[_t("Part"), _t("What customers read")],
        rows=list(parts.items()),
        nothing=_t("There is no text of ours for what staff added. Pages show the name alone."),
    )


class CatalogueAdmin(MovesAdmin):
    """Entries of the catalogue: their ids never change."""

    def enter(self, form: Any, *, by: Actor, reason: str) -> Any:
        cataloguing.enter(form.instance, by=by, reason=reason)
        return form.instance

    def edit(self, row: Any, changes: dict[str, Any], *, by: Actor, reason: str) -> None:
        cataloguing.edit(row, changes, by=by, reason=reason)


@admin.register(Service)
class ServiceAdmin(CatalogueAdmin):
    purpose = _("Product families: administration is given by service.")
    list_display = ["name", "key"]
    search_fields = ["name", "key"]
    entered = edited = [(None, {"fields": ["name", "key"]})]
    fixed = ("key",)

    def tables(self, request: HttpRequest, row: Service) -> Iterable[Table]:
        text = row.text
        yield in_plain_words(
            {
                _t("What it is"): text.summary,
                _t("Who administers it can"): text.can,
                _t("Who administers it cannot"): text.cannot,
                _t("Risk"): text.risk,
            }
            if text
            else {}
        )
        yield timeline(about(("service", row.key)))


@admin.register(Offer)
class OfferAdmin(CatalogueAdmin):
    purpose = _("What can be bought; each belongs to one service.")
    list_display = ["name", "sku", "service", "offer_id"]
    list_filter = ["service"]
    list_select_related = ["service"]
    search_fields = ["name", "=sku", "=offer_id"]
    entered = edited = [(None, {"fields": ["name", "service", "sku", "offer_id"]})]
    fixed = ("offer_id",)

    def tables(self, request: HttpRequest, row: Offer) -> Iterable[Table]:
        yield timeline(about(("offer", row.offer_id)))
