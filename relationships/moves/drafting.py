"""A draft: what a partner's people have typed and nobody else reads yet."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.states import moment
from partners.models import Partner

from ..ask import Ask, ask_of, settled, terms_of
from ..models import RelationshipRequest
from .asking import (
    ChangedMeanwhile,
    RequestRefused,
    check_ask,
    check_name,
    details_of,
    lock_partners,
    may_request,
)
from .requesting import begin, columns_of, made_already, open_request, put_down, write


@transaction.atomic
def save_draft(
    partner: Partner,
    ask: Ask,
    *,
    by: Actor,
    at: datetime | None = None,
    public_id: UUID | None = None,
) -> RelationshipRequest:
    """Keep what was typed: there is no link yet, and nothing runs out."""
    ask, at = begin(partner, ask, by=by, at=at)
    if known := made_already(partner, ask, public_id):
        return known
    request = write(partner, ask, by=by, at=at, public_id=public_id)
    request.record("request.drafted", by=by, at=at, details=details_of(ask))
    return request


@transaction.atomic
def edit_draft(
    draft: RelationshipRequest, ask: Ask, *, by: Actor, seen: int, at: datetime | None = None
) -> None:
    """Replace what a draft says; `seen` is the version that the person had before them."""
    lock_partners(draft.partner, draft.administrator, ask.administrator)
    ask = settled(ask, draft.partner)
    _check_draft(draft, by=by)
    at = moment(at)
    check_ask(draft.partner, ask, by=by)
    if ask_of(draft) == ask:
        return
    if seen != draft.version:
        raise ChangedMeanwhile(
            _(
                "Somebody changed this draft after you opened it. Nothing of yours was saved; it "
                "still stands in the form. Compare it with the draft as it is now, then save again."
            )
        )
    check_name(draft.partner, ask, but_for=draft)
    draft.version += 1
    columns = columns_of(ask, terms=terms_of(ask, draft.terms))
    for name, value in columns.items():
        setattr(draft, name, value)
    draft.save(update_fields=["version", *columns])
    put_down(draft, ask, by=by, at=at)
    draft.record("request.edited", by=by, at=at, details=details_of(ask))


@transaction.atomic
def open_draft(draft: RelationshipRequest, *, by: Actor, at: datetime | None = None) -> None:
    """From now on there is a link, and the days are counted."""
    lock_partners(draft.partner, draft.administrator)
    _check_draft(draft, by=by)
    ask = ask_of(draft)
    check_ask(draft.partner, ask, by=by)
    open_request(draft, ask, by=by, at=moment(at))


@transaction.atomic
def finish_draft(
    draft: RelationshipRequest, ask: Ask, *, by: Actor, seen: int, at: datetime | None = None
) -> None:
    """Edit and open in one: what stands in the form is what is asked."""
    edit_draft(draft, ask, by=by, seen=seen, at=at)
    open_draft(draft, by=by, at=at)


def _check_draft(draft: RelationshipRequest, *, by: Actor) -> None:
    """Hold the draft; refuse where it is none any more, or no business of this person."""
    draft.lock()
    if not may_request(by, draft.partner, with_roles=draft.terms_id is not None):
        raise PermissionDenied
    if not draft.is_draft:
        raise RequestRefused(
            _("This is no draft any more: it is %(state)s.") % {"state": draft.get_status_display()}
        )
