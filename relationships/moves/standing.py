"""A partner's standing link: the same for every customer, until it is rotated (rules R3 to R7)."""

from dataclasses import replace
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.ids import new_token
from partnercenter.lib.states import moment
from partners.models import Partner, PartnerKind
from partners.rights import PartnerRight

from ..ask import NAME_LENGTH, Ask, ask_of, settled, terms_of
from ..models import RelationshipRequest, RequestKind, RequestStatus
from ..request_mail import default_paragraphs
from .asking import (
    ChangedMeanwhile,
    RequestRefused,
    check_ask,
    details_of,
    has_right,
    lock_partners,
    why_not_requesting,
)
from .requesting import tell_opened
from .withdrawing import withdraw_open_decisions


def first_wish(partner: Partner) -> Ask:
    """What a link asks before anybody edited it: selling alone."""
    first, second = default_paragraphs()
    return Ask(
        name=partner.name[:NAME_LENGTH],
        asks_selling=partner.kind != PartnerKind.ADVISOR,
        first_paragraph=first,
        second_paragraph=second,
    )


@transaction.atomic
def make_standing_link(
    partner: Partner, ask: Ask | None = None, *, by: Actor, at: datetime | None = None
) -> RelationshipRequest:
    """The first person who may makes it; whoever comes later finds it made."""
    first = first_wish(partner)
    ask = _for_everybody(
        replace(
            ask or first,
            first_paragraph=first.first_paragraph,
            second_paragraph=first.second_paragraph,
        )
    )
    lock_partners(partner, ask.administrator)
    _check_right(partner, by)
    if present := partner.requests.standing().open().first():
        return present
    ask = settled(ask, partner)
    check_ask(partner, ask, by=by)
    at = moment(at)
    link = _write(partner, ask, by=by, at=at)
    tell_opened(link, ask, by=by, at=at, kind="standing_link.created")
    return link


@transaction.atomic
def edit_standing_link(
    link: RelationshipRequest, ask: Ask, *, by: Actor, seen: int, at: datetime | None = None
) -> None:
    """
    Ask for something else under the same address.

    Who has opened it already and not decided sees what it asks now: what is approved is what was
    seen, never an older or a newer wish.
    """
    ask = replace(
        _for_everybody(ask),
        first_paragraph=link.first_paragraph,
        second_paragraph=link.second_paragraph,
    )
    lock_partners(link.partner, link.administrator, ask.administrator)
    ask = settled(ask, link.partner)
    at = _hold(link, by=by, at=at)
    check_ask(link.partner, ask, by=by)
    if ask_of(link) == ask:
        return
    if seen != link.version:
        raise ChangedMeanwhile(
            _(
                "Somebody changed the link after you opened this page. Nothing of yours was saved; "
                "it still stands in the form. Compare it with the link as it is now, then save "
                "again."
            )
        )
    link.version += 1
    link.name, link.reason = ask.name, ask.reason
    link.asks_selling, link.terms = ask.asks_selling, terms_of(ask, link.terms)
    link.administrator = ask.administrator or link.partner
    link.save(update_fields=["version", "name", "reason", "asks_selling", "terms", "administrator"])
    link.record("standing_link.edited", by=by, at=at, details=details_of(ask))


@transaction.atomic
def rotate(
    link: RelationshipRequest, *, by: Actor, at: datetime | None = None
) -> RelationshipRequest:
    """The same wish under a new address; the old one opens for nobody, relationships stay."""
    lock_partners(link.partner, link.administrator)
    at = _hold(link, by=by, at=at)
    ask = ask_of(link)
    check_ask(link.partner, ask, by=by)
    link.move_to(RequestStatus.ROTATED, closed_at=at, closed_by=by)
    successor = _write(link.partner, ask, by=by, at=at)
    withdrawn = withdraw_open_decisions(link, by=by, at=at)
    link.record("standing_link.rotated", by=by, at=at, details={"withdrawn": withdrawn})
    tell_opened(successor, ask, by=by, at=at, kind="standing_link.created")
    return successor


def _hold(link: RelationshipRequest, *, by: Actor, at: datetime | None) -> datetime:
    link.lock()
    _check_right(link.partner, by)
    if why := why_not_requesting(link.partner):
        raise RequestRefused(why)
    if not link.is_standing or not link.is_open:
        raise RequestRefused(
            _("Somebody has replaced this link by a new one already. Nothing more was changed.")
        )
    return moment(at)


def _check_right(partner: Partner, by: Actor) -> None:
    if not has_right(by, partner, PartnerRight.ROTATE_LINK):
        raise PermissionDenied


def _for_everybody(ask: Ask) -> Ask:
    """A link names no customer, so it is addressed to nobody and has nobody's code (rule R4)."""
    return replace(
        ask, addressed_email="", addressed_domain="", addressed_tenant_id=None, request_code=""
    )


def _write(partner: Partner, ask: Ask, *, by: Actor, at: datetime) -> RelationshipRequest:
    return partner.requests.create(
        kind=RequestKind.STANDING,
        status=RequestStatus.OPEN,
        token=new_token(),
        administrator=ask.administrator or partner,
        name=ask.name,
        asks_selling=ask.asks_selling,
        terms=terms_of(ask),
        reason=ask.reason,
        first_paragraph=ask.first_paragraph,
        second_paragraph=ask.second_paragraph,
        created_at=at,
        created_by=by,
    )
