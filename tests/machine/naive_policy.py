"""Whom request policies let in and what they let be granted, once more, by loops over all rows."""

import json
from datetime import timedelta
from enum import StrEnum
from typing import Any

from relationships.models import (
    AccessTerms,
    AdminRole,
    Decision,
    DecisionSignature,
    PartnerRelationship,
    PolicyPartner,
    PolicyRefusal,
    RelationshipRequest,
    RequestPolicy,
)

from .snapshots import Snapshot, altered, born

CODE_TRIES, CODE_PERIOD = 5, timedelta(days=1)


class Signing(StrEnum):
    """What one person's approval comes to, where the policy may ask for two."""

    DECIDES = "decides"
    FIRST = "first"
    AGAIN = "again"


def check_policies(before: Snapshot, after: Snapshot) -> None:
    """By the policies as they stood before the step."""
    for decision in born(Decision, before, after):
        request = after.of(RelationshipRequest)[decision.request_id]
        policy = policy_of(before, decision.customer_id)
        assert policy is None or may_come_in(before, policy, request, decision.opened_at), (
            f"decision {decision.id} was opened against the policy"
        )
    for was, decision in altered(Decision, before, after):
        if was.status == "open" and decision.status == "approved":
            policy = policy_of(before, decision.customer_id)
            assert policy is None or may_have(before, after, policy, decision), (
                f"decision {decision.id} gives more than the policy allows"
            )
            check_signatures(before, after, policy, decision)
    for refusal in born(PolicyRefusal, before, after):
        request = after.of(RelationshipRequest)[refusal.request_id]
        policy = policy_of(before, refusal.customer_id)
        assert policy is not None, "refused by a policy that is not there"
        assert not may_come_in(before, policy, request, refusal.met_at), (
            f"request {request.id} was refused by no rule"
        )


def check_signatures(before: Snapshot, after: Snapshot, policy: Any, decision: Any) -> None:
    """As many people as the policy asks for signed the same content and the same grant."""
    signed = list(after.where(DecisionSignature, decision_id=decision.id))
    last = max(signed, key=lambda row: row.id)
    same = (decision.content_digest, last.granted_digest)
    people = {row.actor_id for row in signed if (row.content_digest, row.granted_digest) == same}
    given = roles_of(after, decision.granted_terms_id) if decision.granted_terms_id else []
    needed = 2 if takes_two(before, policy, given) else 1
    assert len(people) >= needed, (
        f"decision {decision.id} was approved by {len(people)} where it takes {needed}"
    )
    assert decision.signatures_demanded == needed


def takes_two(rows: Snapshot, policy: Any, roles: list[int]) -> bool:
    if policy is None or not policy.second_person:
        return False
    return any(rows.of(AdminRole)[role].privileged for role in roles)


def signing(rows: Snapshot, key: int, answer: Any, actor: int) -> Signing:
    """By what stood signed before; whether it can be approved at all is not asked here."""
    decision = rows.of(Decision)[key]
    request = rows.of(RelationshipRequest)[decision.request_id]
    roles = [role.pk for role in answer.roles] if answer.administration else []
    if not takes_two(rows, policy_of(rows, decision.customer_id), roles):
        return Signing.DECIDES
    grant = {
        "selling": half(request.asks_selling, answer.selling),
        "administration": "approved",
        "roles": sorted(str(role.template_id) for role in answer.roles),
        "days": answer.days or rows.of(AccessTerms)[request.terms_id].days,
    }
    signed = {
        row.actor_id
        for row in rows.where(DecisionSignature, decision_id=key, content_digest=answer.seen_digest)
        if json.loads(row.answer) == grant
    }
    if signed - {actor}:
        return Signing.DECIDES
    return Signing.AGAIN if signed else Signing.FIRST


def half(asked: bool, given: bool) -> str:
    if not asked:
        return "not_asked"
    return "approved" if given else "declined"


def policy_of(rows: Snapshot, customer: int) -> Any:
    return next(rows.where(RequestPolicy, customer_id=customer), None)


def may_come_in(rows: Snapshot, policy: Any, request: Any, at: Any) -> bool:
    if not lets_in(rows, policy, request) or is_quiet(rows, policy, request, at):
        return False
    if policy.code and not has_code(rows, policy, request, at):
        return False
    if request.terms_id is None:
        return True
    days = rows.of(AccessTerms)[request.terms_id].days
    return within(rows, policy, roles_of(rows, request.terms_id), days)


def may_have(rows: Snapshot, after: Snapshot, policy: Any, decision: Any) -> bool:
    request = rows.of(RelationshipRequest)[decision.request_id]
    if not lets_in(rows, policy, request):
        return False
    if decision.granted_terms_id is None:
        return True
    days = after.of(AccessTerms)[decision.granted_terms_id].days
    return within(rows, policy, roles_of(after, decision.granted_terms_id), days)


def lets_in(rows: Snapshot, policy: Any, request: Any) -> bool:
    lists = {
        place.partner_id: place.allowed
        for place in rows.of(PolicyPartner).values()
        if place.policy_id == policy.id
    }
    known = {
        pair.partner_id for pair in rows.where(PartnerRelationship, customer_id=policy.customer_id)
    }
    for partner in (request.partner_id, request.administrator_id):
        if partner in lists:
            if not lists[partner]:
                return False
        elif policy.who == "listed" or (policy.who == "known" and partner not in known):
            return False
    return True


def is_quiet(rows: Snapshot, policy: Any, request: Any, at: Any) -> bool:
    if policy.quiet_days is None:
        return False
    since = at - timedelta(days=policy.quiet_days)
    return any(
        decision.decided_at > since
        and rows.of(RelationshipRequest)[decision.request_id].partner_id == request.partner_id
        for decision in rows.where(Decision, customer_id=policy.customer_id, status="declined")
    )


def has_code(rows: Snapshot, policy: Any, request: Any, at: Any) -> bool:
    """The right one, by a partner that has not tried too many wrong ones."""
    wrong = [
        refusal
        for refusal in rows.where(PolicyRefusal, customer_id=policy.customer_id, wrong_code=True)
        if refusal.met_at > at - CODE_PERIOD
        and rows.of(RelationshipRequest)[refusal.request_id].partner_id == request.partner_id
    ]
    return request.request_code == policy.code and len(wrong) < CODE_TRIES


def roles_of(rows: Snapshot, terms: int) -> list[int]:
    pairs = rows.of(AccessTerms.roles.through).values()
    return [pair.adminrole_id for pair in pairs if pair.accessterms_id == terms]


def within(rows: Snapshot, policy: Any, roles: list[int], days: int) -> bool:
    if policy.never_privileged and any(rows.of(AdminRole)[role].privileged for role in roles):
        return False
    if policy.most_roles is not None and len(roles) > policy.most_roles:
        return False
    return policy.longest_days is None or days <= policy.longest_days
