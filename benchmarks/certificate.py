"""
What a certificate costs: `python -m benchmarks.certificate`.

For 10, 1,000 and 10,000 subscriptions of one customer: both passes (before and after an act) in
milliseconds, the ratio to a floor (the same rows fetched by one bare statement, twice), the most
memory that a pass holds, and a whole approval with the certificate and without it. Last, one pass
of the watch. Medians of rounds that take turns; the budget is in the design, section 9.
"""

import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any
from unittest import mock

from benchmarks.site import site

SIZES = (10, 1_000, 10_000)
ROUNDS, APPROVALS = 7, 5


def main() -> None:
    from django.db import connection

    from benchmarks.subscriptions import add_subscriptions
    from tests import factories as make

    print(f"{connection.vendor}: milliseconds; both passes, and the floor for the same rows")
    sellers = [make.make_partner(), make.make_partner(), None]
    for size in SIZES:
        customer = make.make_customer()
        admin = make.join_customer(customer)
        add_subscriptions(customer, sellers, size)
        tell_passes(size, customer)
        tell_approval(size, customer, admin)
    tell_watch()


def tell_passes(size: int, customer: Any) -> None:
    from django.db import connection

    from relationships.survey import survey
    from subscriptions.models import Subscription
    from subscriptions.stored import READ

    rows = Subscription.objects.filter(customer=customer).order_by("public_id")
    statement, parameters = rows.values_list(*READ).query.sql_with_params()

    def floor() -> None:
        for _ in range(2):
            with connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                cursor.fetchall()

    def passes() -> None:
        before = survey(customer)
        assert survey(customer, before.account_salt) == before

    bare, both = in_turns(floor, passes)
    tracemalloc.start()
    survey(customer)
    _held, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    figures = (size, both, bare, both / bare, most / 1024)
    print(
        "{:7,} passes {:8.1f}   floor {:7.1f}   ratio {:5.1f}   memory {:6,.0f} KiB".format(
            *figures
        )
    )


def tell_approval(size: int, customer: Any, admin: Any) -> None:
    """An approval with the certificate, and with the two surveys and the comparison left out."""
    from array import array

    from accounts.models import Actor
    from relationships.moves import deciding
    from relationships.survey import Survey
    from tests import factories as make

    by, partner = Actor.objects.of(admin), make.make_partner()
    agent = make.make_admin_agent(partner)

    def approve() -> float:
        decision = make.make_decision(make.make_request(partner, by=agent), customer, by=admin)
        answer = make.make_answer(decision, switches=frozenset(["exchange"]))
        start = time.perf_counter()
        deciding.approve(decision, answer, by=by)
        return (time.perf_counter() - start) * 1e3

    nothing = Survey("0" * 64, "{}", "00", array("q"))
    with_it, without = [], []
    for _ in range(APPROVALS):
        with_it.append(approve())
        with (
            mock.patch.object(deciding, "survey", return_value=nothing),
            mock.patch.object(deciding, "compare"),
        ):
            without.append(approve())
    figures = (size, statistics.median(with_it), statistics.median(without))
    print("{:7,} approval {:6.1f}   without certificate {:6.1f}".format(*figures))


def tell_watch() -> None:
    from subscriptions.comparing import stretches

    start = time.perf_counter()
    seen = sum(stretch.count for stretch in stretches())
    took = time.perf_counter() - start
    figures = (seen, took * 1e3, took / seen * 1e6, took / seen * 500_000)
    print("{:7,} watch {:9.1f}   {:.0f} µs each; 500,000 in {:.0f} s".format(*figures))


def in_turns(*works: Callable[[], None]) -> list[float]:
    """The median milliseconds of each, in rounds that take turns."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for times, work in zip(taken, works, strict=True):
            start = time.perf_counter()
            work()
            times.append((time.perf_counter() - start) * 1e3)
    return [statistics.median(times) for times in taken]


if __name__ == "__main__":
    with site():
        main()
