"""A request, and its rows: from the wish to the link."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Actor
from audit.log import Side, hold, record
from partnercenter.lib.ids import new_token, uuid7
from partnercenter.lib.names import name_key
from partnercenter.lib.states import moment
from partners.models import Partner

from ..ask import Ask, ask_of, settled, terms_of
from ..models import AdminStatus, RelationshipRequest, RequestKind, RequestStatus
from .asking import check_ask, check_first_renewal, check_name, details_of, lock_partners


@transaction.atomic
def create_request(
    partner: Partner,
    ask: Ask,
    *,
    by: Actor,
    at: datetime | None = None,
    public_id: UUID | None = None,
) -> RelationshipRequest:
    """
    Ask one customer, once: the link works for a single approval.

    Who names the same public id with the same wish again gets the request that is there, so that
    a second click makes no second one.
    """
    ask, at = begin(partner, ask, by=by, at=at)
    request = made_already(partner, ask, public_id) or write(
        partner, ask, by=by, at=at, public_id=public_id
    )
    if request.is_draft:
        open_request(request, ask, by=by, at=at)
    return request


def begin(partner: Partner, ask: Ask, *, by: Actor, at: datetime | None) -> tuple[Ask, datetime]:
    lock_partners(partner, ask.administrator)
    ask = settled(ask, partner)
    check_ask(partner, ask, by=by)
    return ask, moment(at)


def made_already(partner: Partner, ask: Ask, public_id: UUID | None) -> RelationshipRequest | None:
    if public_id is None:
        return None
    known = partner.requests.single().filter(public_id=public_id).select_related("terms").first()
    return known if known is not None and ask_of(known) == ask else None


def write(
    partner: Partner, ask: Ask, *, by: Actor, at: datetime, public_id: UUID | None
) -> RelationshipRequest:
    """The row of a draft; a public id that is taken, by whomever, is not taken twice."""
    check_name(partner, ask)
    if public_id is None or RelationshipRequest.objects.filter(public_id=public_id).exists():
        public_id = uuid7()
    request = partner.requests.create(
        public_id=public_id,
        kind=RequestKind.SINGLE,
        status=RequestStatus.DRAFT,
        created_at=at,
        created_by=by,
        **columns_of(ask, terms=terms_of(ask)),
    )
    put_down(request, ask, by=by, at=at)
    return request


def columns_of(ask: Ask, *, terms: Any) -> dict[str, Any]:
    return {
        "administrator": ask.administrator,
        "name": ask.name,
        "asks_selling": ask.asks_selling,
        "terms": terms,
        "reason": ask.reason,
        "addressed_email": ask.addressed_email,
        "addressed_domain": ask.addressed_domain,
        "addressed_tenant_id": ask.addressed_tenant_id,
        "lifetime_days": ask.lifetime_days,
        "first_paragraph": ask.first_paragraph,
        "second_paragraph": ask.second_paragraph,
        "request_code": ask.request_code,
    }


def put_down(request: RelationshipRequest, ask: Ask, *, by: Actor, at: datetime) -> None:
    """The admin relationship of a draft: there exactly while the draft asks for roles."""
    drafted = request.admin_relationships.filter(status=AdminStatus.CREATED)
    if request.terms is None:
        # The one state in which such a record may be deleted: nobody has been asked yet.
        drafted.delete()
        return
    columns = {
        "partner": request.administrator,
        "name": request.name,
        "name_key": name_key(request.name),
        "asked_terms": request.terms,
        "supersedes": ask.supersedes,
        "extension_wished_at": at if ask.auto_extend else None,
        "extension_wished_by": by if ask.auto_extend else None,
    }
    relationship = drafted.first()
    if relationship is None:
        request.admin_relationships.create(status=AdminStatus.CREATED, created_at=at, **columns)
        return
    relationship.lock()
    for name, value in columns.items():
        setattr(relationship, name, value)
    relationship.save(update_fields=list(columns))


def open_request(request: RelationshipRequest, ask: Ask, *, by: Actor, at: datetime) -> None:
    request.move_to(
        RequestStatus.OPEN,
        token=new_token(),
        expires_at=at + timedelta(days=request.lifetime_days),
    )
    for relationship in request.admin_relationships.filter(status=AdminStatus.CREATED):
        check_first_renewal(relationship)
        relationship.move_to(AdminStatus.APPROVAL_PENDING)
    tell_opened(request, ask, by=by, at=at, kind="request.created")


def tell_opened(
    request: RelationshipRequest, ask: Ask, *, by: Actor, at: datetime, kind: str
) -> None:
    """The event of a new link; the reseller that shall administer has one of its own."""
    administrator = request.administrator
    if administrator.pk != request.partner_id:
        hold((Side.PARTNER, request.partner.party.id), (Side.PARTNER, administrator.party.id))
    request.record(kind, by=by, at=at, details=details_of(ask))
    if administrator.pk != request.partner_id:
        record(
            "request.names_administrator",
            by=by,
            at=at,
            side=Side.PARTNER,
            subject=("request", str(request.public_id)),
            partner=administrator.party,
            details={"provider": request.partner.name},
        )
