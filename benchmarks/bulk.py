"""What a bulk job costs: `python -m benchmarks.bulk [rows]`.

So many customers have let one partner administer a service, each with a person who decides there
and is written to. A job gives a group a role of each, and a second one terminates them all, both
worked through by one sweep of the worker: every row is the ordinary move with its event and, where
it ends something, its certificate and its mails. Printed are seconds and milliseconds for a row
(the budget: 10,000 rows in 5 minutes on SQLite), and the seconds of CPU. Sending the mails is the
worker's other thread.
"""

import sys
import time
from typing import Any

from benchmarks.customers_page import make_customers, make_grants
from benchmarks.site import site

ROWS = 10_000


def main(count: int) -> None:
    from django.db import connection

    from mail.models import Delivery
    from relationships.models import BulkAct

    partner, by = make_world(count)
    group = partner.security_groups.create(name="Mail people", created_at=by.at)
    print(f"{connection.vendor}: a bulk job of {count} rows")
    measure(partner, BulkAct.ASSIGN, by.actor, given={"group": str(group.public_id), "roles": []})
    measure(partner, BulkAct.TERMINATE, by.actor)
    print(f"{Delivery.objects.count()} mails were queued")


def measure(partner: Any, act: Any, by: Any, given: Any = None) -> None:
    from relationships.models import BulkSource
    from relationships.moves import bulk, bulk_work
    from relationships.moves.bulk import Chosen
    from relationships.moves.bulk_forecast import forecast
    from tests import factories as make

    start = moment()
    rows = partner.admin_relationships.running(make.now()).order_by("pk")
    chosen = [Chosen(relationship_id=key) for key in rows.values_list("pk", flat=True)]
    job = bulk.choose(partner, act, chosen, by=by, source=BulkSource.FILTER, given=given)
    tell(f"{act}: choosing", start, job.total)
    start = moment()
    seen = forecast(job, make.now())
    tell(f"{act}: effects", start, job.total)
    bulk.start(job, by=by, seen=seen.digest)
    start = moment()
    bulk_work.sweep()
    tell(f"{act}: work", start, job.total)
    job.refresh_from_db()
    counted = job.rows.counted()
    if (job.status, counted["done"]) != ("done", job.total):
        raise SystemExit(f"{act}: {job.status}, {counted}")


def tell(what: str, start: tuple[float, float], count: int) -> None:
    took, busy = (now - then for now, then in zip(moment(), start, strict=True))
    each = took / count * 1000
    print(f"{what:20} {took:8.1f} s   {each:7.2f} ms a row   {busy:8.1f} s of CPU", flush=True)


def moment() -> tuple[float, float]:
    """On the clock, and of this process alone: other work on the machine does not count in it."""
    return time.perf_counter(), time.process_time()


def make_world(count: int) -> Any:
    """A partner that administers for so many customers, in each of which somebody decides."""
    from types import SimpleNamespace

    from accounts.models import User
    from customers.models import CustomerMembership
    from customers.rights import CustomerRole
    from relationships.models import (
        AccessTerms,
        AdminRelationshipRole,
        Decision,
        PartnerRelationship,
        ServiceAdministration,
    )
    from relationships.models.pair import pair_key
    from tests import factories as make

    partner = make.make_partner(f"Partner of {count}")
    agent, at = make.make_admin_agent(partner), make.now()
    actor = make.Actor.objects.of(agent)
    request = make.make_request(partner, by=agent)
    (role,) = make.roles(make.EXCHANGE_ADMINISTRATOR)
    terms = AccessTerms.objects.write(roles=[role], days=365, auto_extend=False, groups=[])
    customers = make_customers(count, at)
    people = User.objects.bulk_create(
        User(email=f"decider@{customer.primary_domain}", name="Decider", password="!")
        for customer in customers
    )
    pairs = list(zip(customers, people, strict=True))
    CustomerMembership.objects.bulk_create(
        CustomerMembership(
            customer=customer,
            user=person,
            role=CustomerRole.GLOBAL_ADMIN,
            created_at=at,
            created_by=actor,
        )
        for customer, person in pairs
    )
    decisions = Decision.objects.bulk_create(
        Decision(request=request, customer=customer, single_use=True, opened_at=at, opened_by=actor)
        for customer in customers
    )
    grants = make_grants(partner, decisions, terms, at)
    AdminRelationshipRole.objects.bulk_create(
        AdminRelationshipRole(relationship=grant, role=role, granted_at=at) for grant in grants
    )
    ServiceAdministration.objects.bulk_create(
        ServiceAdministration(
            customer=grant.customer,
            partner=partner,
            service=role.service,
            started_at=at,
        )
        for grant in grants
    )
    PartnerRelationship.objects.bulk_create(
        PartnerRelationship(
            partner=partner, customer=customer, name_key=pair_key(customer.name), listed=True
        )
        for customer in customers
    )
    return partner, SimpleNamespace(actor=actor, at=at)


if __name__ == "__main__":
    with site():
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
