"""A partner's admin relationships across its customers: what ends when, and who must act."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partnercenter.lib.canonical import canonical_moment
from partners.access import partner_view
from partners.models import Partner, PartnerMembership
from partners.rights import PartnerRight

from ..across_customers import (
    RUNNING,
    SHOWN,
    AdministrationRow,
    called,
    counted,
    in_order,
    rows_of,
    shown,
    with_all,
)
from ..forms.bulk import AdministrationFilterForm, offered
from .downloads import csv_answer
from .frames import partner_frame
from .paging import after_place, before_place, newest_first, soonest_first
from .rights import names_of, require

PAGE = 50
AT_ONCE = 500


@require_safe
@partner_view
def admin_relationships(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.SEE_CUSTOMERS)
    partner, now = membership.partner, timezone.now()
    form = AdministrationFilterForm(request.GET)
    acts = membership.may(PartnerRight.MANAGE_ADMINISTRATION)
    context = partner_frame(request, membership) | {
        "form": form,
        "acts": acts,
        "tiles": _tiles(request, counted(partner, now)),
    }
    if acts:
        context["unfinished"] = list(partner.bulk_jobs.unfinished().order_by("-pk")[:5])
    if form.is_valid():
        which, sought = form.cleaned_data["show"], form.cleaned_data["q"]
        found = called(shown(partner, which, now), partner, sought)
        chosen = with_all(partner, found)
        moment, latest_first = in_order(which)
        page_of = newest_first if latest_first else soonest_first
        page, later_url = page_of(chosen, request, moment=moment, size=PAGE)
        rows = rows_of(page, now)
        asked = request.GET.copy()
        for name in ("after", "before"):
            asked.pop(name, None)
        download = reverse("relationships:admin-relationships-download", args=[partner.slug])
        context |= {
            "rows": rows,
            "later_url": later_url,
            "which": which,
            "sought": sought,
            "heading": SHOWN[which],
            "can_choose": acts and which in RUNNING,
            "found_count": _count(request, page, later_url, found) if acts else 0,
            "offered": offered(),
            "download_url": f"{download}?{asked.urlencode()}" if asked else download,
            "all_url": request.path if which or sought else "",
        }
        if any(row.must_act and row.must_act.own for row in rows):
            context["own_people"] = names_of(membership, PartnerRight.MANAGE_ADMINISTRATION)
    status = 422 if form.errors else 200
    return render(request, "relationships/bulk/admin_relationships.html", context, status=status)


@require_safe
@partner_view
def admin_relationships_download(
    request: HttpRequest, membership: PartnerMembership
) -> HttpResponseBase:
    """The same choice as a file for spreadsheets, whole, however long it is."""
    require(membership, PartnerRight.SEE_CUSTOMERS)
    form = AdministrationFilterForm(request.GET)
    if not form.is_valid():
        return admin_relationships(request, partner_slug=membership.partner.slug)
    partner, now, which = membership.partner, timezone.now(), form.cleaned_data["show"]
    chosen = called(shown(partner, which, now), partner, form.cleaned_data["q"])
    headings = [
        _("Id"), _("Customer"), _("Tenant id"), _("Domain"), _("Name"), _("State"),
        _("Began (UTC)"), _("Ends (UTC)"), _("Roles"), _("Groups"), _("Who must act"), _("What"),
        _("Since (UTC)"),
    ]  # fmt: skip
    language = translation.get_language()
    rows = _cells(partner, chosen, in_order(which), now, language)
    return csv_answer(f"admin-relationships-{partner.slug}", headings, rows)


def _count(request: HttpRequest, page: list[Any], later_url: str, found: QuerySet[Any]) -> int:
    """How many are found on all pages together; a single page is counted as it stands."""
    if not later_url and "after" not in request.GET:
        return len(page)
    return found.count()


def _tiles(request: HttpRequest, counts: dict[str, int]) -> list[dict[str, Any]]:
    words = {
        "1": ("within_1", _("Ends within 1 day")),
        "7": ("within_7", _("Ends within 7 days")),
        "30": ("within_30", _("Ends within 30 days")),
        "later": ("later", _("Ends later")),
        "expired": ("expired", _("Expired in the last year")),
        "pending": ("pending", _("Waits for the customer")),
    }
    return [
        {"label": label, "value": counts[name], "url": f"{request.path}?show={which}"}
        for which, (name, label) in words.items()
    ]


def _cells(
    partner: Partner,
    chosen: QuerySet[Any],
    order: tuple[str, bool],
    at: datetime,
    language: str | None,
) -> Iterator[list[str]]:
    """Some hundred at a time, each portion beginning after the one before."""
    moment, latest_first = order
    sign, beyond = ("-", before_place) if latest_first else ("", after_place)
    whole = with_all(partner, chosen).order_by(f"{sign}{moment}", f"{sign}pk")
    portion = list(whole[:AT_ONCE])
    while portion:
        # The file is written after the view is done, when the reader's language is no longer set.
        with translation.override(language):
            lines = [_line(row) for row in rows_of(portion, at)]
        yield from lines
        last = portion[-1]
        place = (getattr(last, moment), last.pk)
        portion = list(beyond(whole, place, moment=moment)[:AT_ONCE])


def _line(row: AdministrationRow) -> list[str]:
    relationship, must = row.relationship, row.must_act
    customer = relationship.customer
    return [
        str(relationship.public_id),
        customer.name if customer else "",
        str(customer.tenant_id) if customer else "",
        customer.primary_domain if customer else "",
        relationship.name,
        str(row.grant.state_label),
        canonical_moment(relationship.activated_at) if relationship.activated_at else "",
        canonical_moment(relationship.ends_at) if relationship.ends_at else "",
        "; ".join(row.grant.roles),
        "; ".join(row.grant.groups),
        must.who if must else "",
        must.what if must else "",
        canonical_moment(must.since) if must else "",
    ]
