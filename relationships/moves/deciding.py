"""The customer decides, in one transaction, with proof that nothing else moved."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Actor
from audit.log import Side, record
from partnercenter.lib.canonical import canonical, digest
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment
from partners.models import Partner

from ..content import content_digest, content_of
from ..models import (
    AdminRole,
    Decision,
    DecisionSignature,
    DecisionStatus,
    EndedBecause,
    Half,
    RequestStatus,
)
from ..survey import Breach, survey
from ..texts_version import texts_version
from . import notices
from .clock import end_unanswered, expire_past_end
from .granting import grant_administration, grant_selling


class ContentChanged(Refused):
    """What the person saw is not what would be approved."""


class SignInAgain(Refused):
    """A grave act by somebody whose sign-in is not fresh."""


@dataclass(frozen=True)
class Answer:
    """What a person answered; None is no answer."""

    seen_digest: str
    selling: bool | None = None
    administration: bool | None = None
    roles: list[AdminRole] = field(default_factory=list)
    days: int | None = None
    reason: str = ""


@transaction.atomic
def approve(decision: Decision, answer: Answer, *, by: Actor, at: datetime | None = None) -> None:
    """Allow one half or both; what existed is compared before and after."""
    at = _begin(decision, by=by, at=at)
    if why := decision.request.why_unanswerable(at):
        raise Refused(why)
    expire_past_end(decision.customer, at=at)
    content = _content_as_seen(decision, answer, at)
    selling, administration = _halves(decision, answer)
    if selling == Half.APPROVED:
        _check_seller(decision)
    if administration == Half.APPROVED:
        _check_grant(decision, answer, by=by)
    before = survey(decision.customer)

    if selling == Half.APPROVED:
        decision.reseller_relationship = grant_selling(decision, at=at)
    if administration == Half.APPROVED:
        grant_administration(
            decision,
            roles=answer.roles,
            days=answer.days,
            by=by,
            at=at,
        )
    elif decision.asks_administration and decision.single_use:
        end_unanswered(decision.request, because=EndedBecause.DECLINED, by=by, at=at)
    _close(
        decision,
        answer,
        content,
        selling=selling,
        administration=administration,
        status=DecisionStatus.APPROVED,
        by=by,
        at=at,
    )
    if decision.single_use:
        decision.request.move_to(RequestStatus.DECIDED, closed_at=at, closed_by=by)

    if survey(decision.customer) != before:
        raise Breach(f"Decision {decision.public_id} touched what existed.")


@transaction.atomic
def decline(decision: Decision, answer: Answer, *, by: Actor, at: datetime | None = None) -> None:
    """Allow nothing; the reason is optional and told to the partner."""
    at = _begin(decision, by=by, at=at)
    if why := decision.request.why_unanswerable(at):
        raise Refused(why)
    content = _content_as_seen(decision, answer, at)
    before = survey(decision.customer)
    selling = Half.DECLINED if decision.request.asks_selling else Half.NOT_ASKED
    administration = Half.DECLINED if decision.asks_administration else Half.NOT_ASKED
    _close(
        decision,
        answer,
        content,
        selling=selling,
        administration=administration,
        status=DecisionStatus.DECLINED,
        by=by,
        at=at,
    )
    if decision.single_use and decision.request.is_addressed:
        decision.request.move_to(RequestStatus.DECLINED, closed_at=at, closed_by=by)
        end_unanswered(decision.request, because=EndedBecause.DECLINED, by=by, at=at)
    if survey(decision.customer) != before:
        raise Breach(f"Decision {decision.public_id} touched what existed.")


def _begin(decision: Decision, *, by: Actor, at: datetime | None) -> datetime:
    """Take the locks in the one order, and ask who decides."""
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
    return moment(at)


def _content_as_seen(decision: Decision, answer: Answer, at: datetime) -> str:
    content = content_of(decision, at)
    if answer.seen_digest != content_digest(content):
        raise ContentChanged(
            _(
                "The request has changed since you opened this page. Nothing was approved. Read it "
                "again, then decide."
            )
        )
    return content


def _halves(decision: Decision, answer: Answer) -> tuple[Half, Half]:
    asked = (
        (decision.request.asks_selling, answer.selling),
        (decision.asks_administration, answer.administration),
    )
    if any(is_asked and given is None for is_asked, given in asked):
        raise Refused(_("Answer both parts: choose Allow or Do not allow for each."))
    if not any(is_asked and given for is_asked, given in asked):
        raise Refused(_("You have allowed nothing. To refuse the whole request, press Decline."))
    selling, administration = (
        Half.NOT_ASKED if not is_asked else Half.APPROVED if given else Half.DECLINED
        for is_asked, given in asked
    )
    return selling, administration


def _check_seller(decision: Decision) -> None:
    """A partner sells only in its markets (rule R12), and an advisor nowhere."""
    partner, country = decision.request.partner, decision.customer.country
    if not partner.transacts:
        raise Refused(
            _("%(partner)s is an advisor and sells nothing, so selling cannot be allowed.")
            % {"partner": partner.name}
        )
    if not partner.markets.filter(country=country).exists():
        raise Refused(
            _("%(partner)s may not sell in %(country)s, so selling cannot be allowed.")
            % {"partner": partner.name, "country": decision.customer.country_name}
        )


def _check_grant(decision: Decision, answer: Answer, *, by: Actor) -> None:
    """The grant is within what was asked, and privileged roles have their own conditions."""
    asked = decision.request.terms
    if not answer.roles:
        raise Refused(_("Tick at least one role, or do not allow administration."))
    if asked is None or set(answer.roles) - set(asked.roles.all()):
        raise Refused(_("Only roles that were asked for can be granted."))
    privileged = any(role.privileged for role in answer.roles)
    most = min(asked.days, settings.PRIVILEGED_DAYS_MAX) if privileged else asked.days
    if not 1 <= (answer.days or asked.days) <= most:
        raise Refused(_("Choose from 1 to %(most)d days.") % {"most": most})
    if privileged and by.signed_in_again_at is None:
        raise SignInAgain(_("Sign in again to grant privileged roles."))


def _close(
    decision: Decision,
    answer: Answer,
    content: str,
    *,
    selling: Half,
    administration: Half,
    status: str,
    by: Actor,
    at: datetime,
) -> None:
    """Write the answer, its signature, its events and its mails."""
    decision.move_to(
        status,
        decided_at=at,
        selling=selling,
        administration=administration,
        granted_terms=decision.granted_terms,
        reseller_relationship=decision.reseller_relationship,
        reason=answer.reason,
        content=content,
        content_digest=content_digest(content),
        language=get_language() or "en",
        texts_version=texts_version(),
    )
    DecisionSignature.objects.create(
        decision=decision,
        actor=by,
        at=at,
        content_digest=decision.content_digest,
        granted_digest=granted_digest(decision),
        signed_in_again_at=by.signed_in_again_at,
    )
    record(
        f"request.{status}",
        by=by,
        at=at,
        side=Side.CUSTOMER,
        subject=("decision", str(decision.public_id)),
        customer=decision.customer.party,
        partner=decision.request.partner.party,
        details={
            "request": str(decision.request.public_id),
            "selling": selling,
            "administration": administration,
            "roles": granted_roles(decision),
            "ends_at": _ends_at(decision),
            "reason": answer.reason,
            "content_digest": decision.content_digest,
        },
    )
    notices.tell_decision(decision, by=by)


def granted_roles(decision: Decision) -> list[str]:
    if decision.granted_terms is None:
        return []
    return sorted(str(role.template_id) for role in decision.granted_terms.roles.all())


def granted_digest(decision: Decision) -> str:
    """The digest of what was given, in the same form for every signature."""
    terms = decision.granted_terms
    return digest(
        canonical(
            {
                "selling": decision.selling,
                "administration": decision.administration,
                "roles": granted_roles(decision),
                "days": terms.days if terms else None,
            }
        )
    )


def _ends_at(decision: Decision) -> datetime | None:
    relationship = getattr(decision, "admin_relationship", None)
    return relationship.ends_at if relationship else None
