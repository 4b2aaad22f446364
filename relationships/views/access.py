"""What the pages of the access matrix have in common on both sides."""

from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from ..access_matrix import Matrix
from .paging import address_after, after_pair

PAGE = 50


def page_of(matrix: Matrix, request: HttpRequest) -> dict[str, Any]:
    """One page of the matrix, with the ways on and back to the beginning."""
    after = after_pair(request)
    rows, more = matrix.rows(after, PAGE)
    last = rows[-1] if rows else None
    return {
        "rows": rows,
        "first_url": address_after(request) if after else "",
        "next_url": address_after(request, last.party, last.place) if last and more else "",
    }


def download_url(request: HttpRequest, name: str, slug: str) -> str:
    """The file of the same choice."""
    asked, url = request.GET.copy(), reverse(f"relationships:{name}", args=[slug])
    asked.pop("after", None)
    return f"{url}?{asked.urlencode()}" if asked else url


def asked_for(request: HttpRequest) -> QueryDict | None:
    """What was typed, where anything was."""
    return request.GET if request.GET else None
