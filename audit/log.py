"""Writing an event into the log, and reading an organisation's own chain."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import connection, transaction

from partnercenter.lib.canonical import canonical

from .models import ChainHead, ChainLink, Event, EventQuerySet, SealedPart, Side
from .models.event import OPERATOR_CHAIN, chains_of

__all__ = ["Party", "Side", "entries", "hold", "record", "record_in_turn"]


@dataclass(frozen=True)
class Party:
    """An organisation as the log names it."""

    id: str
    name: str


class Origin(Protocol):
    @property
    def address(self) -> str: ...
    @property
    def user_agent(self) -> str: ...


class Who(Protocol):
    """Whoever acts: the log knows no account, only these words about one."""

    @property
    def public_id(self) -> Any: ...
    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def origin(self) -> Origin: ...


def record(
    kind: str,
    *,
    by: Who,
    at: datetime,
    side: Side | str,
    subject: tuple[str, str],
    customer: Party | None = None,
    partner: Party | None = None,
    details: dict[str, Any] | None = None,
) -> Event:
    """
    Write one event, with its place in each chain, into the transaction that is under way.

    Call it after every other lock: it holds the chains until the transaction ends. A move that
    writes events of several organisations calls `hold` before the first of them.
    """
    (event,) = record_in_turn(
        [kind],
        by=by,
        at=at,
        side=side,
        subject=subject,
        customer=customer,
        partner=partner,
        details=details,
    )
    return event


def record_in_turn(
    kinds: Sequence[str],
    *,
    by: Who,
    at: datetime,
    side: Side | str,
    subject: tuple[str, str],
    customer: Party | None = None,
    partner: Party | None = None,
    details: dict[str, Any] | None = None,
) -> list[Event]:
    """What `record` writes, for several kinds of event that follow one another on one subject."""
    heads = _lock(chains_of(customer_id=_id(customer), partner_id=_id(partner)))
    sealed = [_sealed(by) for _kind in kinds]
    subject_kind, subject_id = subject
    events = Event.objects.bulk_create(
        Event(
            kind=kind,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            customer_id=_id(customer),
            customer_name=customer.name if customer else "",
            partner_id=_id(partner),
            partner_name=partner.name if partner else "",
            side=Side(side).value,
            actor_id=str(by.public_id),
            actor_kind=str(by.kind),
            at=at,
            payload=canonical(details or {}),
            sealed_hash=part.hash(),
        )
        for kind, part in zip(kinds, sealed, strict=True)
    )
    for event, part in zip(events, sealed, strict=True):
        part.event = event
    SealedPart.objects.bulk_create(sealed)
    for event in events:
        for head in heads:
            _append(head, event)
    return events


def _sealed(by: Who) -> SealedPart:
    return SealedPart(
        salt=secrets.token_hex(32),
        actor_label=_fit(by.label, 500),
        actor_name=_fit(by.name, 300),
        address=_fit(by.origin.address, 100),
        user_agent=_fit(by.origin.user_agent, 500),
    )


def entries(chain: str) -> EventQuerySet:
    """The events of an organisation's own chain, newest first."""
    return Event.objects.in_chain(chain)


def hold(*parties: tuple[Side | str, str], operator: bool = False) -> None:
    """
    Lock the chains of these organisations, given as (side, id), in the order that all keep.

    Two transactions that each write to the same two chains, one event after the other, would else
    wait for one another. With `operator` the operator's own chain is among them.
    """
    chains = {f"{Side(side).value}:{organisation}" for side, organisation in parties}
    _lock(chains | {OPERATOR_CHAIN} if operator else chains)


def _lock(chains: Iterable[str]) -> list[ChainHead]:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event needs the transaction of its cause.")
    names = sorted(chains)
    known = set(ChainHead.objects.filter(name__in=names).values_list("name", flat=True))
    if new := [ChainHead(name=name) for name in names if name not in known]:
        # Whoever makes the same head at this moment goes first, and its row is then the one.
        ChainHead.objects.bulk_create(new, ignore_conflicts=True)
    return list(ChainHead.objects.filter(name__in=names).order_by("name").select_for_update())


def _append(head: ChainHead, event: Event) -> None:
    link = ChainLink(event=event, chain=head.name, number=head.number + 1, previous_hash=head.hash)
    link.hash = link.computed_hash()
    link.save(force_insert=True)
    head.number, head.hash = link.number, link.hash
    head.save(update_fields=["number", "hash"])


def _id(party: Party | None) -> str:
    return party.id if party else ""


def _fit(text: Any, length: int) -> str:
    # What a browser says of itself may hold anything; PostgreSQL takes no null character.
    return str(text).replace("\x00", "")[:length]
