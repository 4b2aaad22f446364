"""From templates to the words of a mail, and from a delivery to the message that goes out."""

from collections.abc import Mapping
from datetime import UTC, tzinfo
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template import TemplateDoesNotExist
from django.template.context import make_context
from django.template.loader import get_template
from django.utils import timezone, translation

from partnercenter.lib.ids import uuid7

from .models import Delivery

SUBJECT = "Subject:"


class Words(NamedTuple):
    """What a mail says."""

    subject: str
    text: str
    html: str


def render(kind: str, language: str, context: Mapping[str, Any], zone: tzinfo = UTC) -> Words:
    """Draw `templates/mail/<kind>.txt` and, where there is one, `.html` in this language."""
    # English stands in for a language that the site does not have.
    known = language if translation.check_for_language(language) else "en"
    # Whose page caused a mail has nothing to do with its reader; to whom nobody knows, UTC is said.
    with translation.override(known), timezone.override(zone):
        site = {"site_url": settings.SITE_URL, "operator_name": settings.OPERATOR_NAME}
        values = {**site, "language": translation.get_language(), **context}
        first, _newline, text = _plain(f"mail/{kind}.txt", values).strip().partition("\n")
        if not first.startswith(SUBJECT):
            raise ValueError(f"mail/{kind}.txt does not begin with “{SUBJECT}”.")
        subject = one_line(first.removeprefix(SUBJECT))
        return Words(subject, text.strip() + "\n", _html(f"mail/{kind}.html", values))


def message_of(delivery: Delivery, connection: BaseEmailBackend | None) -> EmailMultiAlternatives:
    """The message; every attempt has the same id and date, so that a second can be told."""
    message = EmailMultiAlternatives(
        subject=delivery.subject,
        body=delivery.text,
        to=[formataddr((delivery.recipient_name, delivery.recipient))],
        connection=connection,
        headers={
            "Message-ID": delivery.message_id,
            "Date": format_datetime(delivery.created_at),
            # Nobody's holiday notice shall answer.
            "Auto-Submitted": "auto-generated",
            "Content-Language": delivery.language,
        },
    )
    if delivery.html:
        message.attach_alternative(delivery.html, "text/html")
    return message


def new_message_id() -> str:
    """An id in the sender's domain; never the machine's own name."""
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return f"<{uuid7()}@{address.rpartition('@')[2] or 'localhost'}>"


def one_line(text: str) -> str:
    """A text that is safe in a header."""
    return " ".join(text.split())


def _plain(name: str, values: dict[str, Any]) -> str:
    # Nothing is escaped: this is not HTML, and a name like A & B must come through.
    template: Any = get_template(name, using="django").template  # type: ignore[attr-defined]
    return template.render(make_context(values, autoescape=False))


def _html(name: str, values: dict[str, Any]) -> str:
    try:
        template = get_template(name, using="django")
    except TemplateDoesNotExist:
        return ""
    return template.render(values)
