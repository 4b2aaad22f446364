"""What a decision about access costs: `python -m benchmarks.access`.

Among 100,000 grants of administration, each of one role, which is assigned to the admin agents or,
at every other customer, to a group of the partner's own. The floor gives the same statements to the
database, fetches their rows and makes nothing of them. Printed are microseconds for one decision,
the median of rounds that take turns, with the ratio to the floor (design, section 9: at most 1.5)
and the queries (at most 2).
"""

import random
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from typing import Any

from benchmarks.site import site

PARTNERS, CUSTOMERS, PEOPLE = 10, 10_000, 20
ROUNDS, QUESTIONS = 25, 40
AT_ONCE = 5_000


def main() -> None:
    from django.db import connection

    print(f"{connection.vendor}: microseconds for one decision; the floor is its bare statements")
    world = make_world()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    for what, questions in world.items():
        measure(what, questions)


def measure(what: str, questions: list[tuple[Any, ...]]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from relationships.who_may import may

    with CaptureQueriesContext(connection):
        asked = [statements_of(connection, question) for question in questions]

    def floor() -> None:
        for statements in asked:
            for sql, parameters in statements:
                with connection.cursor() as cursor:
                    cursor.execute(sql, parameters)
                    cursor.fetchall()

    def decide() -> None:
        for question in questions:
            may(*question)

    took: dict[str, list[float]] = {"floor": [], "decision": []}
    for _ in range(ROUNDS):
        took["floor"].append(timed(floor))
        took["decision"].append(timed(decide))
    bare, whole = (statistics.median(took[name]) for name in ("floor", "decision"))
    queries = max(len(statements) for statements in asked)
    print(
        f"{what:28} floor {bare:7.0f}   decision {whole:7.0f}   ratio {whole / bare:.2f}"
        f"   {queries} queries"
    )


def statements_of(connection: Any, question: tuple[Any, ...]) -> list[tuple[str, Any]]:
    """The statements of one decision, as they are given to the database."""
    from relationships.who_may import may

    seen: list[tuple[str, Any]] = []

    def look(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        seen.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(look):
        may(*question)
    return seen


def timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) / QUESTIONS * 1e6


def make_world() -> dict[str, list[tuple[Any, ...]]]:
    """The grants, and questions of which each kind has another answer."""
    from benchmarks.customers_page import make_customers
    from tests import factories as make

    at = make.now()
    (role,), (never,) = (
        make.roles(make.EXCHANGE_ADMINISTRATOR),
        make.roles(make.TEAMS_ADMINISTRATOR),
    )
    customers = make_customers(CUSTOMERS, at)
    agents, helpers = [], []
    for _ in range(PARTNERS):
        partner = make.make_partner()
        agents.append([make.make_admin_agent(partner) for _ in range(PEOPLE)])
        group = partner.security_groups.create(name="Night shift", created_at=at)
        helpers.append([join(partner, group, at) for _ in range(PEOPLE)])
        groups = (partner.security_groups.get(built_in=True), group)
        give(make_grants(partner, agents[-1][0], customers, at), groups, role, at)
    drawn = random.Random(7)

    def questions(people: list[list[Any]], buyers: list[Any], asked: Any, when: Any) -> list[Any]:
        return [
            (drawn.choice(drawn.choice(people)), drawn.choice(buyers), asked, when)
            for _ in range(QUESTIONS)
        ]

    strangers = [[make.make_user() for _ in range(PEOPLE)]]
    return {
        "yes, an admin agent": questions(agents, customers[::2], role, at),
        "yes, by a group": questions(helpers, customers[1::2], role, at),
        "no, another role": questions(agents, customers, never, at),
        "no, past the end": questions(agents, customers[::2], role, at + timedelta(days=999)),
        "no, a stranger": questions(strangers, customers, role, at),
    }


def give(grants: list[Any], groups: tuple[Any, ...], role: Any, at: Any) -> None:
    """One role of each grant, to one group after the other."""
    from relationships.models import AccessAssignment, AdminRelationshipRole
    from tests import factories as make

    by, through = make.operator(), AccessAssignment.roles.through
    AdminRelationshipRole.objects.bulk_create(
        (AdminRelationshipRole(relationship=grant, role=role, granted_at=at) for grant in grants),
        batch_size=AT_ONCE,
    )
    assignments = AccessAssignment.objects.bulk_create(
        (
            AccessAssignment(relationship=grant, group=group, created_at=at, created_by=by)
            for grant, group in zip(grants, cycle(groups), strict=False)
        ),
        batch_size=AT_ONCE,
    )
    through.objects.bulk_create(
        (through(accessassignment=assignment, adminrole=role) for assignment in assignments),
        batch_size=AT_ONCE,
    )


def join(partner: Any, group: Any, at: Any) -> Any:
    from partners.rights import Agent
    from tests import factories as make

    person = make.join_partner(partner, agent=Agent.HELPDESK_AGENT)
    place = partner.memberships.get(user=person)
    group.places.create(membership=place, added_at=at, added_by=make.operator())
    return person


def make_grants(partner: Any, agent: Any, customers: list[Any], at: Any) -> list[Any]:
    from relationships.models import AdminRelationship, Decision
    from tests import factories as make

    request = make.make_request(partner, by=agent)
    by = make.Actor.objects.of(agent)
    decisions = Decision.objects.bulk_create(
        (
            Decision(
                request=request, customer=customer, single_use=True, opened_at=at, opened_by=by
            )
            for customer in customers
        ),
        batch_size=AT_ONCE,
    )
    return AdminRelationship.objects.bulk_create(
        (
            AdminRelationship(
                partner=partner,
                customer=decision.customer,
                name=f"Grant {number}",
                name_key=f"grant {number}",
                asked_terms=request.terms,
                granted_terms=request.terms,
                request=request,
                decision=decision,
                status="active",
                created_at=at,
                activated_at=at,
                ends_at=at + timedelta(days=365),
            )
            for number, decision in enumerate(decisions)
        ),
        batch_size=AT_ONCE,
    )


if __name__ == "__main__":
    with site():
        main()
