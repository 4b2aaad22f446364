"""An organisation proves by a record in the domain name system that its domain is its own."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from customers.models import Customer, DomainProof
from customers.name_servers import NoAnswer, ask
from customers.rights import CustomerRole
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment

from .domain_mails import tell_lost
from .people import manages

AGAIN_AFTER = timedelta(days=1)
BATCH = 50
# After so long without any answer the record counts as gone.
SILENCE = timedelta(days=7)


class NotProved(Refused):
    """The record was not found, or nobody answered; the message is for people."""


@transaction.atomic
def begin_proof(customer: Customer, *, by: Actor, at: datetime | None = None) -> DomainProof:
    """The record to publish; who asks again gets the same."""
    customer.lock()
    _check_right(customer, by)
    proof, _made = DomainProof.objects.get_or_create(
        customer=customer, defaults={"created_at": moment(at), "created_by": by}
    )
    return proof


def check_domain(customer: Customer, *, by: Actor, at: datetime | None = None) -> None:
    """Look for the record; where it is there, the domain is confirmed from then on."""
    _check_right(customer, by)
    proof = DomainProof.objects.filter(customer=customer).first()
    if proof is None:
        raise NotProved(_("Begin with the record first."))
    # Asked outside any transaction: name servers may take their time.
    try:
        found = proof.record in ask(customer.primary_domain)
    except NoAnswer as error:
        raise NotProved(
            _("The name servers of %(domain)s did not answer. Try again in some minutes.")
            % {"domain": customer.primary_domain}
        ) from error
    if not found:
        _note(proof, found=False, by=by, at=moment(at))
        raise NotProved(
            _(
                "The record was not found at %(domain)s. A new one can take an hour until it is "
                "seen everywhere."
            )
            % {"domain": customer.primary_domain}
        )
    _note(proof, found=True, by=by, at=moment(at))


def sweep(stopping: object = None, at: datetime | None = None) -> int:
    """Look once a day whether each proved record is still there."""
    at = moment(at)
    due = DomainProof.objects.filter(proved_at__isnull=False, checked_at__lte=at - AGAIN_AFTER)
    proofs = list(due.select_related("customer").order_by("checked_at", "pk")[:BATCH])
    for proof in proofs:
        if callable(stopping) and stopping():
            break
        try:
            found = proof.record in ask(proof.customer.primary_domain)
        except NoAnswer:
            _note_silence(proof, at)
            continue
        _note(proof, found=found, by=Actor.objects.clock(), at=at)
    return len(proofs)


@transaction.atomic
def _note_silence(proof: DomainProof, at: datetime) -> None:
    """For some days it says nothing of the domain; then the record counts as gone."""
    proof.customer.lock()
    proof.lock()
    proof.silent_since = proof.silent_since or at
    # Asked again tomorrow, so that the silent hold up nobody.
    proof.checked_at = at
    proof.save(update_fields=["checked_at", "silent_since"])
    if at - proof.silent_since >= SILENCE:
        _note(proof, found=False, answered=False, by=Actor.objects.clock(), at=at)


@transaction.atomic
def _note(
    proof: DomainProof, *, found: bool, answered: bool = True, by: Actor, at: datetime
) -> None:
    """What a look has shown; an event and a mail only where something has changed by it."""
    customer = proof.customer
    customer.lock()
    proof.lock()
    if answered:
        proof.silent_since = None
    was_missing, proof.checked_at = proof.missing_since is not None, at
    details = {"domain": customer.primary_domain}
    if found:
        first, proof.missing_since = proof.proved_at is None, None
        proof.proved_at = proof.proved_at or at
        if customer.domain_confirmed_at is None:
            customer.domain_confirmed_at, customer.domain_confirmed_by = at, by
            customer.save(update_fields=["domain_confirmed_at", "domain_confirmed_by"])
        if first or was_missing:
            customer.record("customer.domain_proved", by=by, at=at, details=details)
    elif proof.proved_at is not None and not was_missing:
        proof.missing_since = at
        event = customer.record("customer.domain_lost", by=by, at=at, details=details)
        tell_lost(customer, key=str(event.public_id))
    proof.save(update_fields=["checked_at", "proved_at", "missing_since", "silent_since"])


def _check_right(customer: Customer, by: Actor) -> None:
    if not manages(by, customer, {"role": CustomerRole.GLOBAL_ADMIN}):
        raise PermissionDenied
