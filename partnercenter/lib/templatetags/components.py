"""Components with a body, icons, and the looks of states."""

from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

register = template.Library()


class Look(NamedTuple):
    """The icon and the tone that go with a word for a state."""

    icon: str
    tone: str


NEUTRAL = Look("circle", "neutral")

STATUS_LOOKS = {
    "active": Look("circle-check", "success"),
    "approved": Look("circle-check", "success"),
    "verified": Look("circle-check", "success"),
    "delivered": Look("circle-check", "success"),
    "sent": Look("circle-check", "success"),
    "decided": Look("circle-check", "success"),
    "done": Look("circle-check", "success"),
    "open": Look("hourglass", "info"),
    "running": Look("circle-play", "info"),
    "approvalPending": Look("hourglass", "info"),
    "pending": Look("hourglass", "info"),
    "waiting": Look("hourglass", "info"),
    "queued": Look("hourglass", "info"),
    "invited": Look("mail", "info"),
    "expiring": Look("clock", "warning"),
    "paused": Look("circle-pause", "warning"),
    "stopped": Look("circle-pause", "warning"),
    "suspended": Look("circle-pause", "warning"),
    "winding_down": Look("hourglass", "warning"),
    "unconfirmed": Look("triangle-alert", "warning"),
    "declined": Look("circle-x", "danger"),
    "refused": Look("circle-x", "danger"),
    "failed": Look("circle-x", "danger"),
    "terminated": Look("circle-stop", "danger"),
    "ended": Look("circle-stop", "neutral"),
    "closed": Look("lock", "neutral"),
    "expired": Look("clock", "neutral"),
    "disabled": Look("ban", "neutral"),
    "deleted": Look("ban", "neutral"),
    "cancelled": Look("ban", "neutral"),
    "withdrawn": Look("undo-2", "neutral"),
    "rotated": Look("refresh-cw", "neutral"),
    "draft": Look("circle-dashed", "neutral"),
    "created": Look("circle-dashed", "neutral"),
}

NOTICE_ICONS = {
    "success": "circle-check",
    "warning": "triangle-alert",
    "danger": "octagon-alert",
}

EFFECT_ICONS = {"starts": "plus", "ends": "x", "stays": "check", "never": "circle-slash"}

SIDE_ICONS = {"partner": "handshake", "customer": "building-2", "staff": "wrench"}


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: int = 20) -> SafeString:
    """Draw a lucide icon that decorates a word beside it and is never read aloud."""
    # Drawing parses XML; a table of fifty states would do it fifty times.
    drawing = lucide(name, size=size, **{"class": "icon", "aria-hidden": "true"})
    return mark_safe(drawing)  # noqa: S308  the drawing comes from the package, not from people


@register.filter
def status_look(status: str) -> Look:
    return STATUS_LOOKS.get(str(status), NEUTRAL)


@register.filter
def notice_icon(kind: str) -> str:
    return NOTICE_ICONS.get(kind, "info")


@register.filter
def effect_icon(kind: str) -> str:
    return EFFECT_ICONS.get(kind, "circle-dot")


@register.filter
def price(amount: Decimal) -> str:
    """At least two decimals, and as many more as the price has."""
    places = 2 if amount == round(amount, 2) else 4
    return number_format(amount, places, force_grouping=True)


@register.filter
def side_icon(side: str) -> str:
    return SIDE_ICONS.get(side, "building-2")


@lru_cache(maxsize=1)
def stylesheets_of_components() -> tuple[str, ...]:
    folder = Path(settings.BASE_DIR) / "static" / "css" / "components"
    return tuple(f"css/components/{path.name}" for path in sorted(folder.glob("*.css")))


@register.simple_tag
def component_stylesheets() -> tuple[str, ...]:
    return stylesheets_of_components()


@register.simple_block_tag
def card(
    content: str,
    title: str,
    *,
    icon: str = "",
    link_url: str = "",
    link_label: str = "",
    id: str = "",  # noqa: A002  named as the attribute
) -> str:
    return render_to_string("components/card.html", locals())


@register.simple_block_tag
def panel(content: str, title: str, *, intro: str = "", id: str = "") -> str:  # noqa: A002
    return render_to_string("components/panel.html", locals())


@register.simple_block_tag
def disclosure(content: str, title: str, *, detail: str = "", open: bool = False) -> str:  # noqa: A002
    return render_to_string("components/disclosure.html", locals())


@register.simple_block_tag
def notice(content: str, kind: str = "info", *, title: str = "", role: str = "") -> str:
    return render_to_string("components/notice.html", locals())


@register.simple_block_tag
def table(content: str, label: str, *, stacked: bool = False) -> str:
    return render_to_string("components/table.html", locals())


@register.simple_block_tag
def fieldset(
    content: str,
    legend: str,
    *,
    help: str = "",  # noqa: A002  named as in the form fields
    error: str = "",
    id: str = "",  # noqa: A002
    large: bool = False,
    beside: bool = False,
) -> str:
    return render_to_string("components/fieldset.html", locals())


@register.simple_block_tag
def facts(content: str, *, columns: bool = False) -> str:
    return render_to_string("components/facts.html", locals())


@register.simple_block_tag
def fact(content: str, label: str) -> str:
    return format_html('<div class="facts__fact"><dt>{}</dt><dd>{}</dd></div>', label, content)
