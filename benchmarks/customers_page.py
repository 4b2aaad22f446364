"""What a partner's customers page costs: `python -m benchmarks.customers_page`.

The floor runs the same statements and renders the same template in a bare view: no middleware, no
session, no right, no model. Printed are milliseconds for one page of 40, 1,000 and 10,000
customers, from their beginning, from their middle and for a search, as the median of requests that
take turns, with the ratio to the floor (design, section 9: at most 2) and the queries.
"""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from benchmarks.site import site

COUNTS, ROUNDS = (40, 1_000, 10_000), 120


def main() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from benchmarks import customers_floor

    call_command("createcachetable", verbosity=0)
    print(f"{connection.vendor}: milliseconds for one page; the floor is a bare view")
    for count in COUNTS:
        partner, agent, middle = make_world(count)
        url = reverse("relationships:partner-customers", args=[partner.slug])
        page, bare = Client(SERVER_NAME="127.0.0.1"), Client(SERVER_NAME="127.0.0.1")
        page.force_login(agent)
        customers_floor.around |= around(page.get(url).wsgi_request, partner)
        for place, asked in {
            "beginning": {},
            "middle": {"after": middle},
            "search": {"q": "Customer 0000"},
        }.items():
            measure(
                f"{count} customers, {place}",
                partial(bare.get, "/floor/", asked),
                partial(page.get, url, asked),
            )


def measure(what: str, floor: Callable[[], Any], page: Callable[[], Any]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext, override_settings

    from benchmarks import customers_floor

    bare = override_settings(MIDDLEWARE=[], ROOT_URLCONF=customers_floor.__name__)
    with CaptureQueriesContext(connection) as captured:
        shown = page().content
    customers_floor.statements[:] = [query["sql"] for query in captured]
    with bare:
        assert table(floor().content) == table(shown)
    took: dict[str, list[float]] = {"floor": [], "page": []}
    for _ in range(ROUNDS):
        with bare:
            took["floor"].append(timed(floor))
        took["page"].append(timed(page))
    tell(what, took, len(customers_floor.statements))


def around(request: Any, partner: Any) -> dict[str, Any]:
    """What the layout draws, read once."""
    from django.middleware.csrf import get_token

    from relationships.views.frames import partner_frame

    user = request.user
    frame = partner_frame(request, partner.memberships.get(user=user))
    organisation = {
        "name": partner.name,
        "slug": partner.slug,
        "get_kind_display": partner.get_kind_display(),
    }
    person = {"name": user.name, "email": user.email, "is_authenticated": True}
    return {
        "organisation": organisation,
        "nav": frame["nav"],
        "other_memberships_url": frame["other_memberships_url"],
        "user": person,
        "csrf_token": get_token(request),
        "demo": True,
        "operator_name": "Partner Center",
    }


def make_world(count: int) -> tuple[Any, Any, str]:
    """A partner that sells to so many customers and administers for each; a place in the middle."""
    from relationships.models import (
        Decision,
        PartnerRelationship,
        ResellerRelationship,
    )
    from relationships.models.pair import pair_key
    from tests import factories as make

    partner = make.make_partner(f"Partner of {count}")
    agent, at = make.make_admin_agent(partner), make.now()
    request = make.make_request(partner, by=agent)
    customers = make_customers(count, at)
    by = make.Actor.objects.of(agent)
    decisions = Decision.objects.bulk_create(
        Decision(request=request, customer=customer, single_use=True, opened_at=at, opened_by=by)
        for customer in customers
    )
    ResellerRelationship.objects.bulk_create(
        ResellerRelationship(
            partner=partner, customer=decision.customer, decision=decision, started_at=at
        )
        for decision in decisions
    )
    make_grants(partner, decisions, request.terms, at)
    pairs = PartnerRelationship.objects.bulk_create(
        PartnerRelationship(partner=partner, customer=customer, name_key=pair_key(customer.name))
        for customer in customers
    )
    middle = pairs[max(0, count // 2 - 25)]
    return partner, agent, f"{middle.name_key}_{middle.pk}"


def make_grants(partner: Any, decisions: list[Any], terms: Any, at: Any) -> list[Any]:
    """One of administration for each of these decisions."""
    from relationships.models import AdminRelationship

    return AdminRelationship.objects.bulk_create(
        AdminRelationship(
            partner=partner,
            customer=decision.customer,
            name=f"Grant {number}",
            name_key=f"grant {number}",
            asked_terms=terms,
            granted_terms=terms,
            request=decision.request,
            decision=decision,
            status="active",
            created_at=at,
            activated_at=at,
            ends_at=at + timedelta(days=365),
        )
        for number, decision in enumerate(decisions)
    )


def make_customers(count: int, at: Any) -> list[Any]:
    from customers.models import Customer

    return Customer.objects.bulk_create(
        Customer(
            name=f"Customer {number:06}",
            slug=f"customer-{number}-of-{count}",
            primary_domain=f"customer{number}.of{count}.example",
            country="DE",
            created_at=at,
        )
        for number in range(count)
    )


def table(page: bytes) -> bytes:
    """The page's table, which both views must draw alike."""
    return page[page.index(b"<tbody>") : page.index(b"</tbody>")]


def timed(visit: Callable[[], Any]) -> float:
    start = time.perf_counter()
    visit()
    return (time.perf_counter() - start) * 1e3


def tell(what: str, took: dict[str, list[float]], queries: int) -> None:
    floor, page = (statistics.median(took[name]) for name in ("floor", "page"))
    print(
        f"{what:27} floor {floor:6.2f}   page {page:6.2f}   ratio {page / floor:.2f}"
        f"   {queries} queries"
    )


if __name__ == "__main__":
    with site():
        main()
