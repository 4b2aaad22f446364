"""The rules of a customer's request policy: which of them a request, or a grant, is against."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from partners.models import Partner

from .models import (
    AdminRole,
    Decision,
    DecisionStatus,
    PartnerRelationship,
    PolicyRefusal,
    RelationshipRequest,
    RequestPolicy,
    WhoMayAsk,
)

# So many wrong codes of one partner within a day; then none of its codes is looked at for a day.
CODE_TRIES, CODE_PERIOD = 5, timedelta(days=1)


class Rule(StrEnum):
    """A rule of a request policy."""

    DENIED = "denied"
    NOT_LISTED = "not_listed"
    NOT_KNOWN = "not_known"
    QUIET = "quiet"
    CODE_MISSING = "code_missing"
    CODE_WRONG = "code_wrong"
    CODE_TRIES = "code_tries"
    PRIVILEGED = "privileged"
    ROLES = "roles"
    DAYS = "days"


@dataclass(frozen=True)
class Met:
    """A rule that something is against; until when, or how much would be right."""

    rule: Rule
    limit: int | None = None
    until: datetime | None = None

    def stored(self) -> dict[str, Any]:
        found: dict[str, Any] = {"rule": self.rule.value}
        if self.limit is not None:
            found["limit"] = self.limit
        if self.until is not None:
            found["until"] = self.until.isoformat()
        return found

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "Met":
        until = stored.get("until")
        return cls(
            Rule(stored["rule"]), stored.get("limit"), parse_datetime(until) if until else None
        )

    @property
    def to_partner(self) -> str:
        return _said(PARTNER_READS, self)

    @property
    def to_customer(self) -> str:
        return _said(CUSTOMER_READS, self)


def met_by(refusal: PolicyRefusal) -> list[Met]:
    return [Met.read(stored) for stored in refusal.rules]


def rules_met(policy: RequestPolicy, request: RelationshipRequest, at: datetime) -> list[Met]:
    """What keeps the request from every person: one rule about the asker, or all about the wish."""
    if not policy.is_made:
        return []
    first = asker_met(policy, request) or _quiet(policy, request, at) or _code(policy, request, at)
    if first is not None:
        return [first]
    return limits_met(policy, request.asked_roles(), request.days_asked)


def asker_met(policy: RequestPolicy, request: RelationshipRequest) -> Met | None:
    """Who asks and who shall administer: each of them must be let in."""
    if not policy.is_made:
        return None
    askers = {request.partner_id, request.administrator_id}
    lists = dict(policy.partners.filter(partner__in=askers).values_list("partner", "allowed"))
    if not all(lists.values()):
        return Met(Rule.DENIED)
    missing = askers - set(lists)
    if policy.who == WhoMayAsk.LISTED and missing:
        return Met(Rule.NOT_LISTED)
    if policy.who == WhoMayAsk.KNOWN and missing - _known(policy, missing):
        return Met(Rule.NOT_KNOWN)
    return None


def _known(policy: RequestPolicy, partners: Iterable[int]) -> set[int]:
    """Those of them with which the customer ever had something."""
    pairs = PartnerRelationship.objects.filter(customer=policy.customer, partner__in=partners)
    return set(pairs.values_list("partner", flat=True))


def _quiet(policy: RequestPolicy, request: RelationshipRequest, at: datetime) -> Met | None:
    if policy.quiet_days is None:
        return None
    period = timedelta(days=policy.quiet_days)
    declined = Decision.objects.filter(
        customer=policy.customer,
        request__partner=request.partner_id,
        status=DecisionStatus.DECLINED,
        decided_at__gt=at - period,
    )
    last = declined.order_by("-decided_at").values_list("decided_at", flat=True).first()
    return None if last is None else Met(Rule.QUIET, policy.quiet_days, last + period)


def _code(policy: RequestPolicy, request: RelationshipRequest, at: datetime) -> Met | None:
    if not policy.demands_code:
        return None
    if not request.request_code:
        return Met(Rule.CODE_MISSING)
    wrong = PolicyRefusal.objects.filter(
        customer=policy.customer,
        request__partner=request.partner_id,
        wrong_code=True,
        met_at__gt=at - CODE_PERIOD,
    )
    times = list(wrong.order_by("-met_at").values_list("met_at", flat=True)[:CODE_TRIES])
    if len(times) == CODE_TRIES:
        return Met(Rule.CODE_TRIES, CODE_TRIES, times[-1] + CODE_PERIOD)
    return None if policy.code_is(request.request_code) else Met(Rule.CODE_WRONG)


def limits_met(policy: RequestPolicy, roles: Sequence[AdminRole], days: int) -> list[Met]:
    """What is too much of these roles for so many days; nothing where there are none."""
    if not roles:
        return []
    found = []
    if policy.never_privileged and any(role.privileged for role in roles):
        found.append(Met(Rule.PRIVILEGED))
    if policy.most_roles is not None and len(roles) > policy.most_roles:
        found.append(Met(Rule.ROLES, policy.most_roles))
    if policy.longest_days is not None and days > policy.longest_days:
        found.append(Met(Rule.DAYS, policy.longest_days))
    return found


def locks_everyone_out(policy: RequestPolicy) -> bool:
    """Whether there is no partner at all whose request the policy as it stands lets in."""
    if policy.who == WhoMayAsk.ANYONE:
        return False
    open_to = Partner.objects.active()
    lists = policy.partners.all()
    let_in = open_to.filter(pk__in=lists.filter(allowed=True).values("partner"))
    if policy.who == WhoMayAsk.KNOWN:
        known = PartnerRelationship.objects.filter(customer=policy.customer)
        denied = lists.filter(allowed=False).values("partner")
        known_ones = open_to.filter(pk__in=known.values("partner")).exclude(pk__in=denied)
        return not let_in.exists() and not known_ones.exists()
    return not let_in.exists()


def _said(sentences: dict[Rule, Callable[[], str]], met: Met) -> str:
    until = date_format(localtime(met.until), "DATETIME_FORMAT") if met.until else ""
    return sentences[met.rule]() % {"limit": met.limit, "until": until}


PARTNER_READS: dict[Rule, Callable[[], str]] = {
    Rule.DENIED: lambda: _("It takes no requests of your organisation."),
    Rule.NOT_LISTED: lambda: _("It takes requests only of partners on its allow list."),
    Rule.NOT_KNOWN: lambda: _(
        "It takes requests only of partners with which it has, or had, a relationship."
    ),
    Rule.QUIET: lambda: _(
        "It declined a request of yours. For %(limit)s days after that it takes no other, which "
        "is until %(until)s."
    ),
    Rule.CODE_MISSING: lambda: _(
        "It asks for its request code, and none was given. Ask the customer for the code, then "
        "make a new request with it."
    ),
    Rule.CODE_WRONG: lambda: _(
        "The request code is not the one that it gave out. Ask the customer for the code, then "
        "make a new request with it."
    ),
    Rule.CODE_TRIES: lambda: _(
        "Your organisation gave %(limit)s wrong request codes within a day. Until %(until)s no "
        "code of yours is looked at."
    ),
    Rule.PRIVILEGED: lambda: _("It never gives privileged roles to a partner."),
    Rule.ROLES: lambda: _("A request may ask for at most so many roles: %(limit)s."),
    Rule.DAYS: lambda: _("Administration may last at most so many days: %(limit)s."),
}
CUSTOMER_READS: dict[Rule, Callable[[], str]] = {
    Rule.DENIED: lambda: _("The partner is on your deny list."),
    Rule.NOT_LISTED: lambda: _("The partner is not on your allow list."),
    Rule.NOT_KNOWN: lambda: _(
        "Only partners with which you have, or had, a relationship may ask, and those on your "
        "allow list."
    ),
    Rule.QUIET: lambda: _(
        "You declined a request of this partner. For %(limit)s days after that it cannot ask "
        "again, which is until %(until)s."
    ),
    Rule.CODE_MISSING: lambda: _("Partners need your request code, and this request has none."),
    Rule.CODE_WRONG: lambda: _("The request has another code than yours."),
    Rule.CODE_TRIES: lambda: _(
        "The partner gave %(limit)s wrong request codes within a day. Until %(until)s no code of "
        "it is looked at."
    ),
    Rule.PRIVILEGED: lambda: _("Privileged roles are never given to a partner."),
    Rule.ROLES: lambda: _("A partner may have at most so many roles by one request: %(limit)s."),
    Rule.DAYS: lambda: _("Administration may last at most so many days: %(limit)s."),
}
