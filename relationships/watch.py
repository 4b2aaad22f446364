"""
The watch: every subscription against its newest change, again and again (design section 4).

One worker at a time goes through all of them in stretches, keeps its place, and begins anew when
the period is over. `verify_subscriptions` does the same at once.
"""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from customers.models import Customer
from subscriptions.comparing import Finding, look, look_again, stretches

from .breaches import write_down
from .differences import Difference
from .models import Breach, FoundBy, Watch
from .models.watch import period

logger = logging.getLogger(__name__)


def sweep(stopping: Callable[[], bool]) -> None:
    """Go on with a pass, or begin one where it is time, until it is through or told to stop."""
    watch = Watch.objects.claim(timezone.now())
    if watch is None:
        return
    if not watch.under_way:
        watch.begin(timezone.now())
        forget_what_is_gone()
    while not stopping():
        stretch = look(watch.position)
        note(stretch.findings)
        now = timezone.now()
        if stretch.end is None:
            watch.finish(stretch.count, now)
            return
        if not watch.go_on(stretch.end, stretch.count, now):
            return
    watch.leave()


def verify(after: UUID | None = None) -> Iterator[tuple[int, UUID | None, list[Finding]]]:
    """Everything at once: after each stretch how many, up to which id, and what was found."""
    if after is None:
        forget_what_is_gone()
    for stretch in stretches(after):
        note(stretch.findings)
        yield stretch.count, stretch.end, stretch.findings


@transaction.atomic
def note(findings: list[Finding]) -> list[Breach]:
    """Write down what was not known yet; what is found again as it was is not told twice."""
    if not findings:
        return []
    customers = _customers_of(findings)
    for customer in sorted({row.pk: row for row in customers.values()}.values(), key=_key):
        customer.lock()  # two that look at once tell it once
    new = [finding for finding in findings if not _known(finding)]
    for finding in new:
        logger.critical("breach: subscription %s is %s", finding.subscription, finding.problem)
    return write_down(
        [(Difference(**vars(finding)), customers.get(finding.subscription)) for finding in new],
        found_by=FoundBy.WATCH,
    )


def _known(finding: Finding) -> bool:
    """Whether it stands already, just so; where it stood otherwise, that is gone."""
    standing = Breach.objects.standing().filter(subscription=finding.subscription).first()
    if standing is None:
        return False
    was = (standing.problem, standing.was, standing.found)
    if was == (finding.problem, finding.was, finding.found):
        return True
    _gone(standing)
    return False


def forget_what_is_gone() -> None:
    """What was found by earlier passes and is right again stands no longer."""
    for breach in Breach.objects.standing().order_by("pk").iterator(chunk_size=500):
        if breach.subscription is not None and look_again(breach.subscription) is None:
            _gone(breach)


def state() -> dict[str, Any]:
    """What staff and monitoring want to know of it."""
    watch = Watch.objects.filter(pk=1).first() or Watch()
    return {
        "period_seconds": int(period().total_seconds()),
        "finished_at": watch.finished_at,
        "subscriptions": watch.finished_count,
        "standing_breaches": Breach.objects.standing().count(),
        "unsettled_breaches": Breach.objects.unsettled().count(),
    }


def _gone(breach: Breach) -> None:
    breach.gone_at = timezone.now()
    breach.save(update_fields=["gone_at"])


def _key(customer: Customer) -> int:
    return customer.pk


def _customers_of(findings: list[Finding]) -> dict[UUID, Customer]:
    """Whose each was as far as it was known, else whose it is."""
    named = {
        finding.subscription: json.loads(finding.was or finding.found).get("customer")
        for finding in findings
    }
    found = Customer.objects.filter(tenant_id__in=set(named.values()))
    customers = {str(customer.tenant_id): customer for customer in found}
    return {
        subscription: customers[tenant_id]
        for subscription, tenant_id in named.items()
        if tenant_id in customers
    }
