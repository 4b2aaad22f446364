"""The mails about an account: allauth's occasions, in our words and the reader's language."""

import zoneinfo
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import User
from mail import outbox

PAGE = "account/email/letter.html"
# What follows it is the sender's line, which the page's frame has of its own.
SIGNATURE = "\n-- \n"
# The longest that mail servers can carry (RFC 5321), and the longest that an account takes.
ADDRESS_LENGTH = 254


def send(template_prefix: str, address: str, context: dict[str, Any]) -> None:
    """Queue one mail about an account; what holds a code is forgotten once it was sent."""
    if len(address) > ADDRESS_LENGTH:
        return  # no mailbox has such an address, and the answer stays what it is for others
    reader = context.get("user") or _owner(address)
    language = reader.language if reader else translation.get_language() or settings.LANGUAGE_CODE
    facts = {
        **context,
        "email": address,
        "operator_name": settings.OPERATOR_NAME,
        "site_url": settings.SITE_URL,
    }
    with translation.override(language), timezone.override(_zone(reader)):
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", facts).split())
        text = render_to_string(f"{template_prefix}_message.txt", facts).strip() + "\n"
        page = {**facts, "language": language, "paragraphs": _paragraphs(text)}
        html = render_to_string(PAGE, page)
    outbox.send_rendered(
        template_prefix.rsplit("/", 1)[-1],
        to=address,
        name=reader.name if reader else "",
        language=language,
        subject=subject,
        text=text,
        html=html,
        forget="code" in context,
    )


def _owner(address: str) -> User | None:
    owned = EmailAddress.objects.filter(email=address.lower()).select_related("user")
    place = owned.order_by("-verified").first()
    return place.user if place else User.objects.with_address(address).first()


def _zone(reader: User | None) -> zoneinfo.ZoneInfo:
    return reader.zone if reader else zoneinfo.ZoneInfo(settings.TIME_ZONE)


def _paragraphs(text: str) -> list[str]:
    letter, _mark, _signature = text.partition(SIGNATURE)
    return [paragraph.strip() for paragraph in letter.split("\n\n") if paragraph.strip()]
