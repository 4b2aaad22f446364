"""The words of a request's mail: two paragraphs of the partner's, and a block that is ours."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mail.messages import Words, render
from partnercenter.lib.address_search import first_address

from .models import AdminRole, RelationshipRequest


def default_paragraphs() -> tuple[str, str]:
    """What stands in the form before anybody types."""
    return (
        _(
            "Hello, we would like to work with your organisation, beside the partners that you "
            "have. The page below shows exactly what that would give us, and what stays as it is."
        ),
        _(
            "If somebody else of your organisation decides about partners, please pass this mail "
            "on. If you have a question, ask us before you decide."
        ),
    )


def words_for_mail(request: RelationshipRequest, *, sender: str, language: str) -> Words:
    """The mail that goes out from the operator's address, on behalf of the partner."""
    return render("request", language, mail_context(request, request.asked_roles(), sender=sender))


def words_to_copy(request: RelationshipRequest, roles: list[AdminRole]) -> Words:
    """The same words for a mail that the partner sends itself (rule R7)."""
    return render("request_draft", get_language() or "en", mail_context(request, roles))


def mail_context(
    request: RelationshipRequest, roles: list[AdminRole], *, sender: str = ""
) -> dict[str, Any]:
    terms = request.terms
    return {
        "partner": request.partner.name,
        "partner_domain": request.partner.primary_domain,
        # A name is what its owner typed; one that leads somewhere is not passed on.
        "sender": "" if first_address(sender) else sender,
        "administrator": request.administrator.name
        if request.administrator_id != request.partner_id
        else "",
        "first_paragraph": request.first_paragraph,
        "second_paragraph": request.second_paragraph,
        "asks_selling": request.asks_selling,
        "roles": [role.name for role in roles],
        "days": terms.days if terms else 0,
        "link": request.link,
        "expires_at": request.expires_at,
    }


def mail_key(request: RelationshipRequest, at: datetime) -> str:
    """One mail a day for one request."""
    return f"request:{request.public_id}:{day_of(at)}"


def day_of(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def mailto(request: RelationshipRequest, words: Words) -> str:
    """The mail as an address that the person's own mail program opens."""
    body = quote(words.text.replace("\n", "\r\n"), safe="")
    to = quote(request.addressed_email, safe="@")
    return f"mailto:{to}?subject={quote(words.subject, safe='')}&body={body}"
