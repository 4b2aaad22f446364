"""Long lists by key: a page begins after the last row of the one before."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode


def newest_first(
    rows: QuerySet[Any],
    request: HttpRequest,
    *,
    moment: str,
    size: int,
    keep: dict[str, str] | None = None,
) -> tuple[list[Any], str]:
    """
    One page, newest first, and the address of the older one (empty at the end).

    That address keeps what the list is filtered by.
    """
    if after := _after(request):
        at, key = after
        older = Q(**{f"{moment}__lt": at}) | Q(pk__lt=key)
        rows = rows.filter(older, **{f"{moment}__lte": at})
    page = list(rows.order_by(f"-{moment}", "-pk")[: size + 1])
    if len(page) <= size:
        return page, ""
    last = page[size - 1]
    before = f"{getattr(last, moment).isoformat()}_{last.pk}"
    return page[:size], f"{request.path}?{urlencode({**(keep or {}), 'before': before})}"


def _after(request: HttpRequest) -> tuple[datetime, int] | None:
    at, _mark, key = request.GET.get("before", "").rpartition("_")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, int(key)) if moment.tzinfo else None
    except ValueError:
        return None
