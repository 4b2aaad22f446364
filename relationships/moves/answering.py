"""A person's answer to a request, and what must be true of it before anything is granted."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.refusals import Refused

from ..content import content_digest, content_of
from ..models import AdminRole, Decision, Half, RequestPolicy
from ..policy_rules import Met, asker_met, limits_met


class ContentChanged(Refused):
    """What the person saw is not what would be approved."""


class Unanswered(Refused):
    """A half that was asked for has no answer."""


class SignInAgain(Refused):
    """A grave act by somebody whose sign-in is not fresh."""


@dataclass(frozen=True)
class Answer:
    """What a person answered; None is no answer."""

    seen_digest: str
    selling: bool | None = None
    administration: bool | None = None
    roles: list[AdminRole] = field(default_factory=list)
    # Keys of services whose administration the person moves from their present holder.
    switches: frozenset[str] = frozenset()
    days: int | None = None
    reason: str = ""


def content_as_seen(decision: Decision, answer: Answer, at: datetime) -> str:
    """The content that the person saw, if it is still what stands."""
    content = content_of(decision, at)
    if answer.seen_digest != content_digest(content):
        raise ContentChanged(
            _(
                "The request has changed since you opened this page. Nothing was approved. Read it "
                "again, then decide."
            )
        )
    return content


def halves(decision: Decision, answer: Answer) -> tuple[Half, Half]:
    """What becomes of selling and of administration."""
    asked = (
        (decision.request.asks_selling, answer.selling),
        (decision.asks_administration, answer.administration),
    )
    if any(is_asked and given is None for is_asked, given in asked):
        raise Unanswered(_("Answer both parts: choose Allow or Do not allow for each."))
    if not any(is_asked and given for is_asked, given in asked):
        raise Refused(_("You have allowed nothing. To refuse the whole request, press Decline."))
    selling, administration = (
        Half.NOT_ASKED if not is_asked else Half.APPROVED if given else Half.DECLINED
        for is_asked, given in asked
    )
    return selling, administration


def check_seller(decision: Decision) -> None:
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


def check_grant(decision: Decision, answer: Answer) -> None:
    """The grant is within what was asked, and privileged roles are given for a shorter time."""
    asked = decision.request.terms
    if not answer.roles:
        raise Refused(_("Tick at least one role, or do not allow administration."))
    if asked is None or set(answer.roles) - set(asked.roles.all()):
        raise Refused(_("Only roles that were asked for can be granted."))
    most = min(asked.days, settings.PRIVILEGED_DAYS_MAX) if is_grave(answer) else asked.days
    if not 1 <= (answer.days or asked.days) <= most:
        raise Refused(_("Choose from 1 to %(most)d days.") % {"most": most})


def check_policy(decision: Decision, answer: Answer, administration: Half) -> None:
    """The customer's request policy holds for what is granted, and not only for what is asked."""
    given = answer.roles if administration == Half.APPROVED else []
    if found := policy_met(decision, given, answer.days or decision.request.days_asked):
        raise Refused(
            _(
                "This is against the request policy of your organisation. %(rules)s Allow less, "
                "or change the policy first."
            )
            % {"rules": " ".join(met.to_customer for met in found)}
        )


def policy_met(
    decision: Decision, roles: list[AdminRole], days: int, policy: RequestPolicy | None = None
) -> list[Met]:
    """
    What of the policy as it stands an approval of these roles would be against.

    The code and the quiet period are about asking, and this was asked before.
    """
    policy = policy or policy_of(decision)
    asker = asker_met(policy, decision.request)
    return [asker] if asker else limits_met(policy, roles, days)


def policy_of(decision: Decision) -> RequestPolicy:
    return RequestPolicy.objects.of(decision.customer)


def is_grave(answer: Answer) -> bool:
    """Privileged roles ask for a fresh sign-in, and end sooner."""
    return any(role.privileged for role in answer.roles)


def check_fresh(answer: Answer, by: Actor) -> None:
    if is_grave(answer) and by.signed_in_again_at is None:
        raise SignInAgain(_("Sign in again to grant privileged roles."))
