"""The log, to look at."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from partnercenter.lib.staff_pages import LookOnlyAdmin
from partnercenter.lib.staff_tables import Table

from . import kinds
from .models import Event
from .timeline import actor_label


class ChainFilter(admin.SimpleListFilter):
    """One organisation's own log; pages lead to it, and it can only be taken away again."""

    title = _("log")
    parameter_name = "chain"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chain = request.GET.get(self.parameter_name, "")
        newest = Event.objects.in_chain(chain).first() if chain else None
        if newest is None:
            return [(chain, chain)] if chain else []
        side, _colon, _id = chain.partition(":")
        return [(chain, getattr(newest, f"{side}_name", "") or chain)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(links__chain=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(LookOnlyAdmin):
    purpose = _("What happened, who did it, and why.")
    list_display = ("when", "what", "who", "concerns")
    list_display_links = ("what",)
    list_filter = (ChainFilter, "side", "actor_kind")
    list_select_related = ("sealed",)
    search_fields = ("=public_id", "=subject_id", "=customer_id", "=partner_id", "=kind")
    search_help_text = _("By the exact id of an event, its subject, a customer or a partner.")
    ordering = ("-id",)
    fieldsets = [
        (None, {"fields": ("kind", "at", "who", "actor_kind", "side")}),
        (
            _("About"),
            {
                "fields": (
                    "customer_name",
                    "customer_id",
                    "partner_name",
                    "partner_id",
                    "subject_kind",
                    "subject_id",
                )
            },
        ),
        (_("Sealed part"), {"fields": ("address", "user_agent")}),
        (_("Proof"), {"fields": ("public_id", "actor_id", "sealed_hash")}),
    ]
    labels = {
        "kind": _("kind"),
        "at": _("when"),
        "actor_kind": _("kind of actor"),
        "side": _("on behalf of"),
        "customer_name": _("customer"),
        "customer_id": _("customer's tenant id"),
        "partner_name": _("partner"),
        "partner_id": _("partner's tenant id"),
        "subject_kind": _("kind of subject"),
        "subject_id": _("subject's id"),
        "public_id": _("public id"),
        "actor_id": _("actor's id"),
        "sealed_hash": _("digest of the sealed part"),
    }

    def title_of(self, row: Event) -> str:
        return kinds.sentence(row)

    @admin.display(description=_("when"), ordering="at")
    def when(self, event: Event) -> object:
        return event.at

    @admin.display(description=_("concerns"))
    def concerns(self, event: Event) -> str:
        return " · ".join(filter(None, (event.customer_name, event.partner_name)))

    @admin.display(description=_("what"))
    def what(self, event: Event) -> str:
        return kinds.sentence(event)

    @admin.display(description=_("who"))
    def who(self, event: Event) -> str:
        return actor_label(event)

    @admin.display(description=_("address"))
    def address(self, event: Event) -> str:
        sealed = getattr(event, "sealed", None)
        return (sealed.address or "–") if sealed else _t("erased")

    @admin.display(description=_("browser"))
    def user_agent(self, event: Event) -> str:
        sealed = getattr(event, "sealed", None)
        return (sealed.user_agent or "–") if sealed else _t("erased")

    def tables(self, request: HttpRequest, row: Event) -> Iterable[Table]:
        yield Table(
            title=_t("Details"),
            headings=[_t("Name"), _t("Value")],
            rows=list(told(row.details)),
            nothing=_t("This event has no details."),
        )
        yield Table(
            title=_t("Places in logs"),
            headings=[_t("Log"), _t("Number"), _t("Digest")],
            rows=[[link.chain, link.number, link.hash] for link in row.links.order_by("chain")],
            nothing="",
        )


def told(details: dict[str, Any], within: str = "") -> Iterable[list[str]]:
    """Names and values as lines; what was and is stands in one."""
    for name, value in sorted(details.items()):
        full = f"{within} · {name}" if within else name
        if isinstance(value, dict) and value.keys() == {"was", "is"}:
            yield [full, f"{_plain(value['was'])} → {_plain(value['is'])}"]
        elif isinstance(value, dict):
            yield from told(value, full)
        else:
            yield [full, _plain(value)]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "–"
    return "–" if value in (None, "") else str(value)
