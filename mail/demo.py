"""Demo mode's mail: every message becomes a file that `/dev/mail/` shows; none is ever sent."""

import re
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


def folder() -> Path:
    return Path(settings.DEMO_MAIL_DIR)


class EmailBackend(BaseEmailBackend):
    """Writes messages below a folder and opens no connection."""

    def __init__(self, fail_silently: bool = False, **kwargs: Any) -> None:
        # The place of a mail server, its user and its password are of no use here.
        super().__init__(fail_silently=fail_silently)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            keep(message)
        return len(email_messages)


def keep(message: EmailMessage) -> Path:
    """Write the message; one with the same Message-ID takes the place of the one before."""
    parsed = message.message()
    content = parsed.as_bytes(linesep="\r\n")  # type: ignore[call-arg]
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", parsed["Message-ID"]).strip("-.")[:150]
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    path = next(folder().glob(f"*_{name}.eml"), folder() / f"{_stamp(parsed['Date'])}_{name}.eml")
    # Renamed when complete, so that the page never shows half a mail.
    draft = path.with_suffix(".tmp")
    draft.write_bytes(content)
    draft.replace(path)
    return path


def _stamp(date: str | None) -> str:
    moment = parsedate_to_datetime(date) if date else timezone.now()
    return moment.astimezone(timezone.get_default_timezone()).strftime("%Y%m%dT%H%M%S")
