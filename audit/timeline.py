"""The events about a thing, as the staff's pages show them."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from partnercenter.lib.staff_tables import Link, Table, link_to

from . import kinds
from .models import Event, EventQuerySet

NEWEST = 50


def about(*subjects: tuple[str, object]) -> EventQuerySet:
    """The events that have one of these (kind, id) as their subject."""
    ids: dict[str, list[str]] = {}
    for kind, subject_id in subjects:
        ids.setdefault(kind, []).append(str(subject_id))
    found = Event.objects.none()
    for kind, of_kind in ids.items():
        found = found | Event.objects.filter(subject_kind=kind, subject_id__in=of_kind)
    return found


def actor_label(event: Event) -> str:
    """Who acted, while that has not been erased."""
    sealed = getattr(event, "sealed", None)
    return sealed.actor_label if sealed else _("erased")


def timeline(events: Iterable[Event], *, more: Link | None = None) -> Table:
    """The newest events: when, what, who and why."""
    if isinstance(events, EventQuerySet):
        events = events.select_related("sealed").order_by("-id")[:NEWEST]
    return Table(
        title=_("What happened"),
        headings=[_("When"), _("What"), _("Who"), _("Reason")],
        rows=[
            [
                event.at,
                link_to(event, kinds.sentence(event)),
                actor_label(event),
                event.details.get("reason", ""),
            ]
            for event in events
        ],
        nothing=_("Nothing has been recorded."),
        more=more,
    )
