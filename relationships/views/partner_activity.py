"""A partner reads its log, and takes it along."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit.models import EventQuerySet
from partnercenter.lib.canonical import canonical_moment
from partners.access import partner_view
from partners.models import Partner, PartnerMembership
from partners.rights import PartnerRight

from ..activity import chosen, lines
from ..forms.activity import ActivityForm
from .downloads import csv_answer
from .frames import partner_frame
from .paging import before_place, newest_first
from .partner_customers import sees_all
from .rights import require

PAGE = 50
AT_ONCE = 500


@require_safe
@partner_view
def partner_activity(request: HttpRequest, membership: PartnerMembership) -> HttpResponse:
    require(membership, PartnerRight.SEE_OWN_ACTIVITY)
    form = ActivityForm(request.GET)
    context = partner_frame(request, membership) | {"form": form, "sees_all": sees_all(membership)}
    if form.is_valid():
        events, older_url = newest_first(_events(membership, form), request, moment="at", size=PAGE)
        asked = request.GET.copy()
        asked.pop("before", None)
        download = reverse(
            "relationships:partner-activity-download", args=[membership.partner.slug]
        )
        context |= {
            "lines": lines(membership.partner, events),
            "older_url": older_url,
            "download_url": f"{download}?{asked.urlencode()}" if asked else download,
            "all_url": request.path if asked else "",
        }
    status = 422 if form.errors else 200
    return render(request, "relationships/partner/activity.html", context, status=status)


@require_safe
@partner_view
def partner_activity_download(
    request: HttpRequest, membership: PartnerMembership
) -> HttpResponseBase:
    """The same choice as a file for spreadsheets, whole, however long it is."""
    require(membership, PartnerRight.SEE_OWN_ACTIVITY)
    form = ActivityForm(request.GET)
    if not form.is_valid():
        return partner_activity(request, partner_slug=membership.partner.slug)
    headings = [
        _("When (UTC)"), _("Customer"), _("Tenant id"), _("Action"), _("Performed by"), _("Kind"),
        _("Event"),
    ]  # fmt: skip
    rows = _rows(membership.partner, _events(membership, form), translation.get_language())
    return csv_answer(f"activity-{membership.partner.slug}", headings, rows)


def _events(membership: PartnerMembership, form: ActivityForm) -> EventQuerySet:
    only_by = None if sees_all(membership) else membership.user
    return chosen(membership.partner, only_by=only_by, **form.choice())


def _rows(partner: Partner, events: EventQuerySet, language: str | None) -> Iterator[list[str]]:
    """Some hundred events at a time, each portion beginning after the one before."""
    portion = list(events.order_by("-at", "-pk")[:AT_ONCE])
    while portion:
        # The file is written after the view is done, when the reader's language is no longer set.
        with translation.override(language):
            rows = [
                [
                    canonical_moment(line.at),
                    line.customer,
                    line.event.customer_id if line.customer else "",
                    line.title,
                    line.who,
                    line.event.kind,
                    str(line.event.public_id),
                ]
                for line in lines(partner, portion)
            ]
        yield from rows
        last = portion[-1]
        rest = before_place(events, (last.at, last.pk))
        portion = list(rest.order_by("-at", "-pk")[:AT_ONCE])
