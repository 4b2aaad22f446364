"""
Privileged roles take two people, where the customer's policy asks for a second one.

The first signs and nothing is given; the second signs the same content and the same grant, and with
that it is given. Whoever wants something else begins anew: then theirs is the first signature.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.canonical import canonical, digest
from partnercenter.lib.refusals import Refused

from ..content import content_digest
from ..effects import Effect
from ..models import Decision, DecisionSignature, Half
from . import notices
from .answering import Answer, content_as_seen, halves, is_grave, policy_of
from .previewing import preview


def grant_text(selling: Half, administration: Half, roles: list[str], days: int | None) -> str:
    """What is granted, in the same form for every signature."""
    return canonical(
        {
            "selling": selling,
            "administration": administration,
            "roles": sorted(roles),
            "days": days,
        }
    )


def text_of_answer(decision: Decision, answer: Answer) -> str:
    """What this answer would grant."""
    selling, administration = halves(decision, answer)
    given = administration == Half.APPROVED
    roles = [str(role.template_id) for role in answer.roles] if given else []
    days = (answer.days or decision.request.days_asked) if given else None
    return grant_text(selling, administration, roles, days)


def takes_two(decision: Decision, answer: Answer) -> bool:
    """Whether the customer wants a second person for what this answer grants."""
    grave = bool(answer.administration) and is_grave(answer)
    return grave and policy_of(decision).second_person


def waits_for_second(decision: Decision, answer: Answer, *, by: Actor, at: datetime) -> bool:
    """Whether nobody else has signed the same yet; the decision is locked."""
    if not takes_two(decision, answer):
        return False
    signed = decision.signatures.filter(
        content_digest=content_digest(content_as_seen(decision, answer, at)),
        granted_digest=digest(text_of_answer(decision, answer)),
    )
    if signed.exclude(actor=by).exists():
        return False
    if signed.exists():
        raise Refused(_("You have approved this already. A second person has to approve the same."))
    return True


def sign_first(
    decision: Decision,
    answer: Answer,
    allow: Callable[..., Any],
    *,
    by: Actor,
    at: datetime,
) -> list[Effect]:
    """Enter the first yes, once it is sure that all of it could be given; nothing is."""

    def move(*, by: Actor) -> Any:
        return allow(decision, answer, by=by, at=at)

    preview(move, by=by)
    content, text = content_as_seen(decision, answer, at), text_of_answer(decision, answer)
    DecisionSignature.objects.create(
        decision=decision,
        actor=by,
        at=at,
        content_digest=content_digest(content),
        granted_digest=digest(text),
        answer=text,
        signed_in_again_at=by.signed_in_again_at,
    )
    details = {"request": str(decision.request.public_id), "granted_digest": digest(text)}
    decision.customer.record("request.first_approval", by=by, at=at, details=details)
    notices.tell_second(decision, by=by)
    return []
