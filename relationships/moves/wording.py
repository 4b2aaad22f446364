"""The two paragraphs of an open request's mail (rule R6); what is asked stays as it is."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from partnercenter.lib.canonical import canonical, digest
from partnercenter.lib.states import moment

from ..ask import one_paragraph
from ..models import RelationshipRequest
from .asking import (
    ChangedMeanwhile,
    RequestRefused,
    check_paragraphs,
    has_right,
    right_to_change,
    why_not_requesting,
)


def text_digest(request: RelationshipRequest) -> str:
    """What a page carries to tell whether the text is still the one that it showed."""
    return digest(canonical([request.first_paragraph, request.second_paragraph]))


@transaction.atomic
def edit_text(
    request: RelationshipRequest,
    first: str,
    second: str,
    *,
    by: Actor,
    seen: str,
    at: datetime | None = None,
) -> None:
    """Replace or drop the paragraphs; the block with the link is not the partner's."""
    request.partner.lock()
    request.lock()
    if not has_right(by, request.partner, right_to_change(request)):
        raise PermissionDenied
    if why := why_not_requesting(request.partner) or request.why_unanswerable(moment(at)):
        raise RequestRefused(why)
    first, second = one_paragraph(first), one_paragraph(second)
    check_paragraphs(first, second)
    if (first, second) == (request.first_paragraph, request.second_paragraph):
        return
    if seen != text_digest(request):
        raise ChangedMeanwhile(
            _(
                "Somebody changed the text after you opened this page. Nothing of yours was saved; "
                "it still stands in the form. Compare it with the text as it is now, then save "
                "again."
            )
        )
    request.first_paragraph, request.second_paragraph = first, second
    request.save(update_fields=["first_paragraph", "second_paragraph"])
    request.record("request.text_edited", by=by, at=moment(at))
