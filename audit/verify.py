"""Looking through the log for what was changed, moved, taken away or added behind its back."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat

from .models import ChainHead, ChainLink, Event, SealedPart
from .models.event import OPERATOR_CHAIN, Side

BATCH = 1000


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and where."""

    chain: str
    number: int | None
    problem: str

    def __str__(self) -> str:
        place = self.chain if self.number is None else f"{self.chain} {self.number}"
        return f"{place}: {self.problem}"


@dataclass
class Report:
    """What a look through the log has seen."""

    chains: int = 0
    links: int = 0
    erased: int = 0
    findings: int = 0
    heads: list[tuple[str, int, str]] = field(default_factory=list)


def verify(report: Report, chain: str | None = None) -> Iterator[Finding]:
    """Each thing that is wrong with the log, or with one chain of it; the report counts along."""
    for finding in _findings(report, chain):
        report.findings += 1
        yield finding


def _findings(report: Report, chain: str | None) -> Iterator[Finding]:
    for name in [chain] if chain else _chains():
        report.chains += 1
        yield from _verify_chain(name, report)
    yield from _events_without_link(chain)


def _chains() -> Iterator[str]:
    last = ""
    while head := ChainHead.objects.filter(name__gt=last).order_by("name").first():
        last = head.name
        yield last
    # A chain whose head was taken away must not be passed over.
    headless = ~Exists(ChainHead.objects.filter(name=OuterRef("chain")))
    yield from ChainLink.objects.filter(headless).values_list("chain", flat=True).distinct()


def _verify_chain(chain: str, report: Report) -> Iterator[Finding]:
    number, previous_hash, previous = 0, "", None
    while True:
        links = _links_after(chain, number)
        for link in links:
            report.links += 1
            report.erased += not hasattr(link.event, "sealed")
            if link.number != number + 1:
                yield Finding(chain, number + 1, _gap(number + 1, link.number - 1))
            elif link.previous_hash != previous_hash:
                yield Finding(chain, link.number, "does not follow from the link before it")
            yield from _verify_link(link, previous)
            # The link's own word for its hash, so that one change is one finding.
            number, previous_hash, previous = link.number, link.hash, link
        if links:
            continue
        # Read after the links: a log that is being written may only have grown meanwhile.
        head = ChainHead.objects.filter(name=chain).first()
        if head is None or head.number <= number or not _links_after(chain, number, batch=1):
            break
    yield from _verify_head(chain, head, number, previous_hash, report)


def _links_after(chain: str, number: int, batch: int = BATCH) -> list[ChainLink]:
    links = ChainLink.objects.filter(chain=chain, number__gt=number).order_by("number")
    return list(links.select_related("event", "event__sealed")[:batch])


def _verify_link(link: ChainLink, previous: ChainLink | None) -> Iterator[Finding]:
    if link.chain not in link.event.chains:
        yield Finding(link.chain, link.number, f"event {link.event.public_id} belongs elsewhere")
    if link.hash != link.computed_hash():
        yield Finding(link.chain, link.number, "the event or the link was changed or moved")
    # Both keys are given under the head's lock, so they grow along the chain.
    if previous is not None and (link.pk < previous.pk or link.event_id < previous.event_id):
        yield Finding(link.chain, link.number, "stands out of order")
    sealed: SealedPart | None = getattr(link.event, "sealed", None)
    if sealed is not None and sealed.hash() != link.event.sealed_hash:
        yield Finding(link.chain, link.number, "the sealed part is not the one that was written")


def _verify_head(
    chain: str, head: ChainHead | None, number: int, last_hash: str, report: Report
) -> Iterator[Finding]:
    if head is None:
        yield Finding(chain, None, "the chain's head is missing")
        return
    report.heads.append((head.name, head.number, head.hash))
    if head.number > number:
        yield Finding(chain, number + 1, _gap(number + 1, head.number) + " at the end")
    elif head.number < number:
        yield Finding(chain, number, f"the head says that the chain ends at {head.number}")
    elif head.hash != last_hash:
        yield Finding(chain, number, "the head names another last link")


def _gap(first: int, last: int) -> str:
    if first == last:
        return f"link {first} or its event is missing"
    return f"links {first} to {last} or their events are missing"


def _events_without_link(only: str | None) -> Iterator[Finding]:
    """Events that have no place in a chain where they belong."""
    for side, column in ((Side.CUSTOMER, "customer_id"), (Side.PARTNER, "partner_id")):
        name = Concat(Value(f"{side.value}:"), OuterRef(column))
        yield from _unlinked(~Q(**{column: ""}), name, side.value, only)
    yield from _unlinked(
        Q(customer_id="", partner_id=""), Value(OPERATOR_CHAIN), OPERATOR_CHAIN, only
    )


def _unlinked(belonging: Q, name: Combinable, kind: str, only: str | None) -> Iterator[Finding]:
    linked = ChainLink.objects.filter(event=OuterRef("pk"), chain=name)
    unlinked = Event.objects.filter(belonging, ~Exists(linked)).order_by("pk")
    last = 0
    while batch := list(unlinked.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        for event in batch:
            chain = next(chain for chain in event.chains if chain.partition(":")[0] == kind)
            if only in (None, chain):
                yield Finding(chain, None, f"event {event.public_id} has no link")
