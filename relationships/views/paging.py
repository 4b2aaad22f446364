"""Long lists by key: a page begins after the last row of the one before."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

# No longer than a key of the database can be.
PAIR = re.compile(r"([0-9]{1,18})_([0-9]{1,18})")


@dataclass(frozen=True)
class Page:
    """Rows in their order, and the addresses of the pages before and after (empty at the ends)."""

    rows: list[Any]
    previous_url: str = ""
    next_url: str = ""


def newest_first(
    rows: QuerySet[Any],
    request: HttpRequest,
    *,
    moment: str,
    size: int,
) -> tuple[list[Any], str]:
    """
    One page, newest first, and the address of the older one (empty at the end).

    That address keeps what the list is filtered by.
    """
    if place := _moment_place(request, "before"):
        rows = before_place(rows, place, moment=moment)
    page = list(rows.order_by(f"-{moment}", "-pk")[: size + 1])
    if len(page) <= size:
        return page, ""
    return page[:size], _address(request, before=_moment_mark(page[size - 1], moment))


def soonest_first(
    rows: QuerySet[Any],
    request: HttpRequest,
    *,
    moment: str,
    size: int,
) -> tuple[list[Any], str]:
    """One page, the earliest first, and the address of the later one (empty at the end)."""
    if place := _moment_place(request, "after"):
        rows = after_place(rows, place, moment=moment)
    page = list(rows.order_by(moment, "pk")[: size + 1])
    if len(page) <= size:
        return page, ""
    return page[:size], _address(request, after=_moment_mark(page[size - 1], moment))


def before_place(
    rows: QuerySet[Any], place: tuple[datetime, int], *, moment: str = "at"
) -> QuerySet[Any]:
    """What comes after this place where the newest stands first."""
    at, key = place
    # The usual form, `moment < at or (moment = at and pk < key)`, walks past every newer row.
    return rows.filter(Q(**{f"{moment}__lt": at}) | Q(pk__lt=key), **{f"{moment}__lte": at})


def after_place(rows: QuerySet[Any], place: tuple[datetime, int], *, moment: str) -> QuerySet[Any]:
    """What comes after this place where the earliest stands first."""
    at, key = place
    return rows.filter(Q(**{f"{moment}__gt": at}) | Q(pk__gt=key), **{f"{moment}__gte": at})


def in_order_of(rows: QuerySet[Any], request: HttpRequest, *, key: str, size: int) -> Page:
    """One page in the order of a text, and the ways on and back."""
    if place := _place(request.GET.get("before", "")):
        text, pk = place
        earlier = rows.filter(Q(**{f"{key}__lt": text}) | Q(pk__lt=pk), **{f"{key}__lte": text})
        found = list(earlier.order_by(f"-{key}", "-pk")[: size + 1])
        page = found[:size][::-1]
        if page:
            back = _address(request, before=_mark(page[0], key)) if len(found) > size else ""
            return Page(page, back, _address(request, after=_mark(page[-1], key)))
    place = _place(request.GET.get("after", ""))
    if place:
        text, pk = place
        rows = rows.filter(Q(**{f"{key}__gt": text}) | Q(pk__gt=pk), **{f"{key}__gte": text})
    found = list(rows.order_by(key, "pk")[: size + 1])
    page = found[:size]
    onward = _address(request, after=_mark(page[-1], key)) if len(found) > size else ""
    if not place:
        return Page(page, "", onward)
    return Page(page, _address(request, before=_mark(page[0], key) if page else ""), onward)


def after_pair(request: HttpRequest) -> tuple[int, int] | None:
    """The two keys of the row after which a page begins; none for the first page."""
    found = PAIR.fullmatch(request.GET.get("after", ""))
    return (int(found[1]), int(found[2])) if found else None


def address_after(request: HttpRequest, *keys: int) -> str:
    """The page that begins after this row, or the first one; the choice stays."""
    return _address(request, after="_".join(map(str, keys)))


def _mark(row: Any, key: str) -> str:
    return f"{getattr(row, key)}_{row.pk}"


def _address(request: HttpRequest, **place: str) -> str:
    """This page with another place; whatever else was asked for stays."""
    asked = request.GET.copy()
    for name in ("after", "before"):
        asked.pop(name, None)
    asked.update({name: value for name, value in place.items() if value})
    return f"{request.path}?{asked.urlencode()}" if asked else request.path


def _moment_mark(row: Any, moment: str) -> str:
    return f"{getattr(row, moment).isoformat()}_{row.pk}"


def _moment_place(request: HttpRequest, name: str) -> tuple[datetime, int] | None:
    at, _mark, key = request.GET.get(name, "").rpartition("_")
    try:
        moment = datetime.fromisoformat(at)
        # At the ends of the calendar a moment has no other time zone to be compared in.
        return (moment.astimezone(UTC), int(key)) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _place(typed: str) -> tuple[str, int] | None:
    text, mark, key = typed.rpartition("_")
    try:
        return (text, int(key)) if mark and "\x00" not in text else None
    except ValueError:
        return None
