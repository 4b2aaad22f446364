"""The customers page as a bare view: the statements of the page as they are, and its template."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path

from partnercenter.urls import urlpatterns as urlpatterns_of_the_site
from relationships.forms.customer import CustomerSearchForm

PAIRS, SELLING, GRANTS = (
    f'FROM "relationships_{table}"'
    for table in ("partnerrelationship", "resellerrelationship", "adminrelationship")
)
LABELS = {"active": "active", "winding_down": "winding down"}
# What the page asked the database, and what stands around its table.
statements: list[str] = []
around: dict[str, Any] = {}


def floor(request: HttpRequest) -> HttpResponse:
    found: dict[str, tuple[list[str], list[tuple]]] = {}
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
            names, rows = [column[0] for column in cursor.description], cursor.fetchall()
            for part in (PAIRS, SELLING, GRANTS):
                if part in sql:
                    found[part] = names, rows
    context = around | {
        "form": CustomerSearchForm(request.GET),
        "customers": rows_from(found),
        "next_url": "?after=somebody",
    }
    return HttpResponse(render_to_string("relationships/partner/customers.html", context))


def rows_from(found: dict[str, tuple[list[str], list[tuple]]]) -> list[dict[str, Any]]:
    names, rows = found[SELLING]
    customer, status = names.index("customer_id"), names.index("status")
    selling = {
        row[customer]: {"status": row[status], "get_status_display": LABELS[row[status]]}
        for row in rows
    }
    grants = {row[0]: row[1:] for row in found[GRANTS][1]}
    names, rows = found[PAIRS]
    start = names.index("id", 1)
    columns = names[start:]
    lines = []
    for row in rows[:50]:
        about = dict(zip(columns, row[start:], strict=True))
        about["tenant_id"] = UUID(str(about["tenant_id"]))
        number, next_end = grants.get(about["id"], (0, None))
        if isinstance(next_end, str):
            next_end = datetime.fromisoformat(f"{next_end}+00:00")
        lines.append(
            {
                "customer": about,
                "selling": selling.get(about["id"]),
                "grants": number,
                "next_end": next_end,
            }
        )
    return lines


urlpatterns = [path("floor/", floor), *urlpatterns_of_the_site]
