"""The customer decides, in one transaction, with proof that nothing else moved."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, hold, record
from audit.models import Event
from customers.models import CustomerMembership
from partnercenter.lib.canonical import digest
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import Partner

from ..breaches import certified
from ..content import content_digest
from ..effects import Effect
from ..models import (
    AdminRole,
    Certificate,
    Decision,
    DecisionSignature,
    DecisionStatus,
    EndedBecause,
    Half,
    RequestStatus,
)
from ..survey import Survey, certify, compare, survey
from ..texts_version import texts_version
from . import notices
from .answering import (
    Answer,
    ContentChanged,
    SignInAgain,
    Unanswered,
    check_fresh,
    check_grant,
    check_policy,
    check_seller,
    content_as_seen,
    halves,
)
from .clock import end_unanswered, expire_past_end, hold_chains
from .granting import Given, grant
from .previewing import preview
from .seconding import grant_text, sign_first, takes_two, waits_for_second

__all__ = [
    "Answer",
    "ContentChanged",
    "SignInAgain",
    "Unanswered",
    "approve",
    "decline",
    "pass_on",
    "preview_approval",
]


@certified
def approve(
    decision: Decision, answer: Answer, *, by: Actor, at: datetime | None = None
) -> list[Effect]:
    """
    Allow one half or both; what existed is compared before and after.

    The first of two persons whom the customer's policy wants gives nothing yet (ADR 0019).
    """
    at = _begin(decision, by=by, at=at)
    check_fresh(answer, by)
    if waits_for_second(decision, answer, by=by, at=at):
        return sign_first(decision, answer, _allow, by=by, at=at)
    before = survey(decision.customer)
    content, given = _allow(decision, answer, by=by, at=at)
    _close(decision, answer, content, given, before, status=DecisionStatus.APPROVED, by=by, at=at)
    if decision.single_use:
        decision.request.move_to(RequestStatus.DECIDED, closed_at=at, closed_by=by)
    compare(decision.customer, before, "request.approved", by=by)
    return given.effects


def preview_approval(decision: Decision, answer: Answer, *, by: Actor) -> list[Effect]:
    """What *Approve* would do: the same grants, made and taken back; nobody signs or is told."""

    def move(*, by: Actor) -> list[Effect]:
        at = _begin(decision, by=by, at=None)
        return _allow(decision, answer, by=by, at=at)[1].effects

    return preview(move, by=by)


@certified
def decline(decision: Decision, answer: Answer, *, by: Actor, at: datetime | None = None) -> None:
    """Allow nothing; the reason is optional and told to the partner."""
    at = _begin(decision, by=by, at=at)
    content = content_as_seen(decision, answer, at)
    before = survey(decision.customer)
    given = Given(
        selling=Half.DECLINED if decision.request.asks_selling else Half.NOT_ASKED,
        administration=Half.DECLINED if decision.asks_administration else Half.NOT_ASKED,
    )
    _close(decision, answer, content, given, before, status=DecisionStatus.DECLINED, by=by, at=at)
    if decision.single_use and decision.request.is_addressed:
        decision.request.move_to(RequestStatus.DECLINED, closed_at=at, closed_by=by)
        end_unanswered(decision.request, because=EndedBecause.DECLINED, by=by, at=at)
    compare(decision.customer, before, "request.declined", by=by)


@transaction.atomic
def pass_on(
    decision: Decision, to: CustomerMembership, *, by: Actor, at: datetime | None = None
) -> None:
    """Ask one of those who can decide to do it; any of the others still can."""
    decision.customer.lock()
    decision.lock()
    if by.user is None or not decision.customer.memberships.current().filter(user=by.user).exists():
        raise PermissionDenied
    if decision.status != DecisionStatus.OPEN:
        raise Refused(_("This request has been decided."))
    if not decision.deciders().filter(pk=to.pk).exists():
        raise Refused(_("Choose a person who can decide."))
    if to.user == by.user:
        raise Refused(_("You can decide yourself."))
    if decision.assigned_to_id == to.pk:
        raise Refused(_("This person has been asked already."))
    at = moment(at)
    decision.assigned_to = to
    decision.save(update_fields=["assigned_to"])
    details = {"request": str(decision.request.public_id), "to": str(to.user.public_id)}
    decision.customer.record("request.passed_on", by=by, at=at, details=details)
    notices.tell_passed_on(decision, by=by)


def _begin(decision: Decision, *, by: Actor, at: datetime | None) -> datetime:
    """Take the locks in the one order, and ask who decides and whether one can."""
    request = decision.request
    decision.customer.lock()
    for partner in Partner.objects.filter(
        pk__in={request.partner_id, request.administrator_id}
    ).order_by("pk"):
        partner.lock()
    request.lock()
    decision.lock()
    if not decision.decidable_by(by):
        raise PermissionDenied(decision.why_not_decidable_by(by))
    if decision.status != DecisionStatus.OPEN:
        raise Refused(_("This request has been decided."))
    at = moment(at)
    if why := request.why_unanswerable(at):
        raise Refused(why)
    return at


def _allow(decision: Decision, answer: Answer, *, by: Actor, at: datetime) -> tuple[str, Given]:
    """Check the answer and give what it allows."""
    # Before the first event: the catalogue stands between relationships and chain heads.
    answer = replace(answer, roles=AdminRole.objects.held(answer.roles))
    _hold_chains(decision, answer, at=at)
    expire_past_end(decision.customer, at=at)
    content = content_as_seen(decision, answer, at)
    selling, administration = halves(decision, answer)
    if selling == Half.APPROVED:
        check_seller(decision)
    if administration == Half.APPROVED:
        check_grant(decision, answer)
    check_policy(decision, answer, administration)
    given = grant(decision, answer, Given(selling, administration), by=by, at=at)
    if administration == Half.DECLINED and decision.single_use:
        end_unanswered(decision.request, because=EndedBecause.DECLINED, by=by, at=at)
    return content, given


def _hold_chains(decision: Decision, answer: Answer, *, at: datetime) -> None:
    """All at once: two decisions that displace one another's partners write to the same chains."""
    request = decision.request
    held = decision.customer.service_administrations.running().select_related("partner")
    holders = [one.partner for one in held.filter(service__key__in=answer.switches)]
    hold_chains(decision.customer, [request.partner, request.administrator, *holders], at=at)


def _close(
    decision: Decision,
    answer: Answer,
    content: str,
    given: Given,
    before: Survey,
    *,
    status: str,
    by: Actor,
    at: datetime,
) -> None:
    """Write the answer, its events, its certificate, its signature and its mails."""
    details: dict[str, Any] = {
        "request": str(decision.request.public_id),
        "selling": given.selling,
        "administration": given.administration,
        "roles": given.role_ids,
        "ends_at": given.relationship.ends_at if given.relationship else None,
        "reason": answer.reason,
        "content_digest": content_digest(content),
    }
    event = _record(decision, status, details, by=by, at=at)
    certificate = certify(decision.customer, before, event, at=at)
    _sign(decision, answer, content, given, certificate, status=status, by=by, at=at)
    notices.tell_decision(decision, by=by)
    for lost in given.displaced:
        notices.tell_displaced(decision.customer, lost)


def _record(
    decision: Decision, status: str, details: dict[str, Any], *, by: Actor, at: datetime
) -> Event:
    """
    One event where the two now have something with each other, else one for each.

    Who declined stays unknown to the partner: it learns that the request was declined, and why.
    """
    customer, partner = decision.customer.party, decision.request.partner.party
    subject = ("decision", str(decision.public_id))
    if status == DecisionStatus.APPROVED:
        return record(
            "request.approved",
            by=by,
            at=at,
            side=Side.CUSTOMER,
            subject=subject,
            customer=customer,
            partner=partner,
            details=details,
        )
    hold((Side.CUSTOMER, customer.id), (Side.PARTNER, partner.id))
    decision.request.record(
        "request.was_declined",
        by=by,
        at=at,
        side=Side.CUSTOMER,
        details={"reason": details["reason"]},
    )
    return record(
        "request.declined",
        by=by,
        at=at,
        side=Side.CUSTOMER,
        subject=subject,
        customer=customer,
        details={**details, "asker": partner.name},
    )


def _sign(
    decision: Decision,
    answer: Answer,
    content: str,
    given: Given,
    certificate: Certificate,
    *,
    status: str,
    by: Actor,
    at: datetime,
) -> None:
    # Who signed the same as the first of two, before the policy asked for one, has signed already.
    DecisionSignature.objects.get_or_create(
        decision=decision,
        actor=by,
        content_digest=content_digest(content),
        granted_digest=granted_digest(given),
        defaults={"at": at, "signed_in_again_at": by.signed_in_again_at},
    )
    # After its signature: the database counts them when it is approved.
    decision.move_to(
        status,
        decided_at=at,
        selling=given.selling,
        administration=given.administration,
        granted_terms=given.terms,
        reseller_relationship=given.reseller_relationship,
        reason=answer.reason,
        content=content,
        content_digest=content_digest(content),
        signatures_demanded=2 if given.terms and takes_two(decision, answer) else 1,
        language=get_language() or "en",
        texts_version=texts_version(),
        certificate=certificate,
    )


def granted_digest(given: Given) -> str:
    """The digest of what was given, in the same form for every signature."""
    days = given.terms.days if given.terms else None
    return digest(grant_text(given.selling, given.administration, given.role_ids, days))
