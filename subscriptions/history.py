"""The changes of a subscription as people read them, newest first."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from .models import ChangeKind, MadeBy, Subscription, SubscriptionChange, SuspensionReason

ICONS = {
    ChangeKind.SUSPEND: "circle-pause",
    ChangeKind.REACTIVATE: "circle-play",
    ChangeKind.RENEW: "refresh-cw",
    ChangeKind.CANCEL: "ban",
    ChangeKind.EXPIRE: "clock",
    ChangeKind.DISABLE: "ban",
    ChangeKind.DELETE: "trash-2",
}


@dataclass(frozen=True)
class Entry:
    """One change: what was done, when, by whose hand, and what differed after it."""

    change: SubscriptionChange
    title: str
    at: datetime
    made_by: str
    detail: str
    icon: str


def history(subscription: Subscription, longest: int = 50) -> list[Entry]:
    """The newest changes; each is compared with the one before it."""
    rows = SubscriptionChange.objects.filter(subscription=subscription.public_id)
    changes = list(rows.select_related("seller", "actor__user").order_by("-number")[: longest + 1])
    entries = []
    for change, before in zip(changes, [*changes[1:], None], strict=True):
        entries.append(
            Entry(
                change=change,
                title=title(change),
                at=change.at,
                made_by=change.made_by,
                detail=detail(change, before),
                icon=ICONS.get(ChangeKind(change.kind), "circle-dot"),
            )
        )
    return entries[:longest]


def title(change: SubscriptionChange) -> str:
    titles: dict[str, str] = {
        ChangeKind.SUBSCRIBE: _("Ordered"),
        ChangeKind.IMPORT: _("Taken over from before"),
        ChangeKind.CHANGE_QUANTITY: _("Quantity changed"),
        ChangeKind.SUSPEND: _("Suspended"),
        ChangeKind.REACTIVATE: _("Reactivated"),
        ChangeKind.CANCEL: _("Cancelled"),
        ChangeKind.RENAME: _("Renamed"),
        ChangeKind.AUTO_RENEW: _("Renewal switched"),
        ChangeKind.RENEW: _("Renewed"),
        ChangeKind.EXPIRE: _("Expired"),
        ChangeKind.DISABLE: _("Disabled"),
        ChangeKind.DELETE: _("Data deleted"),
    }
    return titles[change.kind]


def detail(change: SubscriptionChange, before: SubscriptionChange | None) -> str:
    """What differs, in words; empty where the title says it all."""
    now = json.loads(change.canonical_form)
    was = json.loads(before.canonical_form) if before else {}
    if change.kind == ChangeKind.CHANGE_QUANTITY and was:
        return _("From %(was)s to %(is)s licences") % {
            "was": was["quantity"],
            "is": now["quantity"],
        }
    if change.kind == ChangeKind.SUSPEND:
        return str(SuspensionReason(now["suspension_reason"]).label)
    if change.kind == ChangeKind.RENAME:
        return f"“{now['friendly_name']}”" if now["friendly_name"] else _("No name any more")
    if change.kind == ChangeKind.AUTO_RENEW:
        return (
            _("It renews at the end of its term") if now["auto_renew"] else _("It does not renew")
        )
    if change.kind == ChangeKind.RENEW:
        return _("Until %(date)s") % {"date": _day(now["term_end"])}
    return ""


def hand(entry: Entry, operator_name: str) -> str:
    """By whose hand, as another organisation may know it: no person's name."""
    if entry.made_by == MadeBy.SELLER and entry.change.seller:
        return entry.change.seller.name
    return operator_name if entry.made_by == MadeBy.OPERATOR else _("the clock")


def _day(text: Any) -> str:
    moment = parse_datetime(text)
    return date_format(localtime(moment), "DATE_FORMAT") if moment else ""
