"""Staff look after what certificates and the watch found, and see how far the watch is."""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from accounts.move_pages import Move, MovePagesAdmin
from audit.timeline import about, timeline
from partnercenter.lib.staff_pages import LookOnlyAdmin
from partnercenter.lib.staff_tables import Link, Table, page_of
from subscriptions.models import Subscription

from ..differences import columns
from ..models import Breach, FoundBy, Watch
from ..models.watch import period
from ..moves.settling import SETTLES, settle


def run_settle(rows: list[Breach], *, by: Actor, reason: str) -> None:
    for breach in rows:
        settle(breach, by=by, reason=reason)


MOVES = (
    Move(
        name="settle",
        label=_("Settle"),
        done=_("Settled:"),
        run=run_settle,
        asks=(SETTLES,),
        fits=lambda breach: breach.settled_at is None,
        follows=(
            _("It counts no longer among those that wait for an answer, and keeps this reason."),
            _("The watch tells of it again only if it finds something else."),
        ),
        stays=(_("What was found, and the subscription itself: a repair is made by hand."),),
    ),
)

ACTS = {
    "request.approved": _("a request was approved"),
    "request.declined": _("a request was declined"),
    "administration.terminated": _("an administration was terminated"),
    "administration.removed": _("all administration of a partner was removed"),
    "administration.paused": _("administration was paused"),
    "administration.resumed": _("administration was resumed"),
    "selling.winding_down": _("a reseller relationship was ended, to wind down"),
    "selling.ended": _("a reseller relationship was ended"),
}


class StandingFilter(admin.SimpleListFilter):
    """What waits for an answer of staff."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", _("not settled")),
            ("stands", _("stands still")),
            ("settled", _("settled")),
            ("gone", _("gone")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted: dict[str, dict[str, Any]] = {
            "open": {"settled_at__isnull": True},
            "stands": {"found_by": FoundBy.WATCH, "gone_at__isnull": True},
            "settled": {"settled_at__isnull": False},
            "gone": {"gone_at__isnull": False},
        }
        return queryset.filter(**wanted.get(self.value() or "", {}))


@admin.register(Breach)
class BreachAdmin(MovePagesAdmin, LookOnlyAdmin):
    purpose = _("What an act or a hand would have changed, or did: certificates and the watch.")
    moves = MOVES
    list_display = ["name", "customer", "problem", "found_by", "state", "found_at"]
    list_display_links = ["name"]
    list_filter = [StandingFilter, "found_by", "problem"]
    list_select_related = ["customer"]
    page_related = ("customer", "actor__user", "settled_by__user")
    search_fields = ["=customer__tenant_id", "customer__name", "=subscription", "=public_id"]
    search_help_text = _("By customer, or an exact id of the tenant or subscription.")
    ordering = ["-found_at", "-id"]
    fieldsets = [
        (None, {"fields": ["public_id", "customer", "subscription", "problem"]}),
        (_("How it was found"), {"fields": ["found_by", "found_at", "act_in_words", "actor"]}),
        (
            _("What came of it"),
            {"fields": ["gone_at", "settled_at", "settled_by", "settled_because"]},
        ),
    ]
    labels = {"customer": _("customer"), "actor": _("by"), "settled_by": _("settled by")}

    def list_note(self, request: HttpRequest) -> str:
        """How far the watch is, and whether it runs at all."""
        watch, now = Watch.objects.filter(pk=1).first(), timezone.now()
        told = [
            _t(
                "The watch compares every subscription with its newest change; a pass begins every "
                "%(period)d seconds."
            )
            % {"period": int(period().total_seconds())}
        ]
        if watch is None or watch.finished_at is None:
            told.append(_t("No pass has come to its end yet."))
        else:
            told.append(
                _t("The last pass saw %(count)d and ended on %(at)s.")
                % {
                    "count": watch.finished_count,
                    "at": date_format(localtime(watch.finished_at), "DATETIME_FORMAT"),
                }
            )
        if watch is None or watch.overdue(now):
            told.append(_t("It is overdue: see whether the worker runs."))
        return " ".join(told)

    def title_of(self, row: Breach) -> str:
        customer = row.customer.name if row.customer else _t("unknown customer")
        return f"{self.name(row)}, {customer}"

    @admin.display(description=_("what"))
    def name(self, breach: Breach) -> str:
        if breach.subscription is None:
            return _t("account")
        form = json.loads(breach.was or breach.found or "{}")
        short = f"…{str(breach.subscription)[-6:]}"
        return f"{form.get('friendly_name') or form.get('service', '')} {short}".strip()

    @admin.display(description=_("state"))
    def state(self, breach: Breach) -> str:
        if breach.found_by == FoundBy.CERTIFICATE:
            now = _t("undone at once")
        else:
            now = _t("gone") if breach.gone_at else _t("stands")
        return _t("%(now)s, settled") % {"now": now} if breach.settled_at else now

    @admin.display(description=_("act that was undone"))
    def act_in_words(self, breach: Breach) -> str:
        return str(ACTS.get(breach.act, breach.act) or self.empty_value_display)

    def note(self, row: Breach) -> str:
        if row.found_by == FoundBy.CERTIFICATE:
            return _t(
                "The act was undone as a whole, so nothing differs any more. Somebody should find "
                "out why it would have changed this."
            )
        if row.gone_at is not None:
            return _t("The watch no longer finds it.")
        return _t(
            "It was changed past the site, and stands until somebody repairs it by hand in the "
            "database. Find out who had the owner's rights at that time."
        )

    def tools(self, request: HttpRequest, row: Any) -> Iterable[Link]:
        yield from super().tools(request, row)
        subscription = Subscription.objects.filter(public_id=row.subscription).first()
        if subscription is not None and request.user.has_perm("subscriptions.view_subscription"):
            yield Link(_t("The subscription"), page_of(subscription))

    def tables(self, request: HttpRequest, row: Breach) -> Iterable[Table]:
        yield Table(
            title=_t("What differs"),
            headings=[_t("Column"), _t("As it was known"), _t("As it was found")],
            rows=[[name, _said(was), _said(found)] for name, was, found in _columns(row)],
            nothing=_t("No column: its history was edited, or another change named as its last."),
        )
        yield timeline(about(("breach", row.public_id)))


def _columns(breach: Breach) -> list[tuple[str, Any, Any]]:
    return columns(breach.was, breach.found)


def _said(value: Any) -> str:
    return "–" if value in (None, "") else str(value)
