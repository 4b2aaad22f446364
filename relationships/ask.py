"""What a partner asks of a customer: typed before there is a request, and read back from one."""

import re
from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings

from partnercenter.lib.names import name_key
from partners.models import Partner, SecurityGroup

from .models import AccessTerms, AdminRelationship, AdminRole, RelationshipRequest
from .models.request_policy import plain_code

NAME_LENGTH = 50
PARAGRAPH_LENGTH = 1000
REASON_LENGTH = 1000
CODE_LENGTH = 40
# A name that was numbered already; a year in brackets is none.
NUMBERED = re.compile(r"(?P<stem>.*\S) \((?P<number>[1-9]\d{0,2})\)")


@dataclass(frozen=True)
class Ask:
    """One wish of a partner; without roles it is for selling alone."""

    name: str
    asks_selling: bool = False
    roles: tuple[AdminRole, ...] = ()
    days: int = 0
    auto_extend: bool = False
    # None: the built-in group of who shall administer, so that approval is usable access.
    groups: tuple[SecurityGroup, ...] | None = None
    # None: the partner itself; else one of the provider's indirect resellers (rule R46).
    administrator: Partner | None = None
    # A running grant of the same administrator: approving the wish ends it (renewal).
    supersedes: AdminRelationship | None = None
    reason: str = ""
    addressed_email: str = ""
    addressed_domain: str = ""
    addressed_tenant_id: UUID | None = None
    lifetime_days: int = settings.REQUEST_DAYS_DEFAULT
    first_paragraph: str = ""
    second_paragraph: str = ""
    # Of a customer that gives one to the partners from which it takes requests.
    request_code: str = ""


def settled(ask: Ask, partner: Partner) -> Ask:
    """The same wish in the one form in which two can be compared."""
    roles = tuple(sorted(set(ask.roles), key=lambda role: role.pk))
    administrator = (ask.administrator or partner) if roles else partner
    groups = ask.groups
    if groups is None:
        groups = tuple(administrator.security_groups.filter(built_in=True)) if roles else ()
    return replace(
        ask,
        name=" ".join(ask.name.split()),
        roles=roles,
        days=ask.days if roles else 0,
        auto_extend=ask.auto_extend and bool(roles),
        groups=tuple(sorted(set(groups), key=lambda group: group.pk)) if roles else (),
        administrator=administrator,
        supersedes=ask.supersedes if roles else None,
        reason=ask.reason.strip(),
        addressed_email=ask.addressed_email.strip().lower(),
        addressed_domain=ask.addressed_domain.strip().lower().rstrip("."),
        first_paragraph=one_paragraph(ask.first_paragraph),
        second_paragraph=one_paragraph(ask.second_paragraph),
        request_code=plain_code(ask.request_code),
    )


def ask_of(request: RelationshipRequest) -> Ask:
    """What this request asks, in the form of `settled`."""
    terms = request.terms
    return Ask(
        name=request.name,
        asks_selling=request.asks_selling,
        roles=tuple(terms.roles.select_related("service").order_by("pk")) if terms else (),
        days=terms.days if terms else 0,
        auto_extend=terms.auto_extend if terms else False,
        groups=tuple(terms.planned_groups.order_by("pk")) if terms else (),
        administrator=request.administrator,
        supersedes=request.renews(),
        reason=request.reason,
        addressed_email=request.addressed_email,
        addressed_domain=request.addressed_domain,
        addressed_tenant_id=request.addressed_tenant_id,
        lifetime_days=request.lifetime_days,
        first_paragraph=request.first_paragraph,
        second_paragraph=request.second_paragraph,
        request_code=request.request_code,
    )


def terms_of(ask: Ask, present: AccessTerms | None = None) -> AccessTerms | None:
    """The terms of a settled wish: the present ones where they say just that, else a new row."""
    if not ask.roles:
        return None
    wanted = (ask.days, ask.auto_extend, set(ask.roles), set(ask.groups or ()))
    if present is not None and wanted == (
        present.days,
        present.auto_extend,
        set(present.roles.all()),
        set(present.planned_groups.all()),
    ):
        return present
    return AccessTerms.objects.write(
        roles=ask.roles, days=ask.days, auto_extend=ask.auto_extend, groups=ask.groups or ()
    )


def one_paragraph(text: str) -> str:
    """Without empty lines, so that it stays one paragraph of the mail."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def name_is_used(
    administrator: Partner, name: str, *, but_for: RelationshipRequest | None = None
) -> bool:
    used = administrator.admin_relationships.holding_a_name().filter(name_key=name_key(name))
    return used.exclude(request=but_for).exists() if but_for else used.exists()


def free_name(administrator: Partner, wished: str) -> str:
    """The wished name, or the same with the next number that is free."""
    name = stem = wished[:NAME_LENGTH].rstrip()
    number = 1
    if numbered := NUMBERED.fullmatch(stem):
        stem, number = numbered["stem"], int(numbered["number"])
    begins_alike = AdminRelationship.objects.holding_a_name().filter(
        partner=administrator, name_key__startswith=name_key(stem[: NAME_LENGTH - 8])
    )
    taken = set(begins_alike.values_list("name_key", flat=True))
    while name_key(name) in taken:
        number += 1
        ending = f" ({number})"
        name = stem[: NAME_LENGTH - len(ending)].rstrip() + ending
    return name
