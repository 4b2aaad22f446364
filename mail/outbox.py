"""
Mail to send: queued in the transaction that causes it, sent by the worker after its commit.

What is promised when a worker or the database fails is written in `docs/mail.md`.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from smtplib import SMTPException
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.utils import timezone

from .messages import Words, message_of, new_message_id, one_line, render
from .models import Delivery

logger = logging.getLogger(__name__)

# How long a mail is one worker's alone. Longer than any attempt can take: a mail server that hangs
# is left after `EMAIL_TIMEOUT` seconds at each step of the talk, of which there are about six.
LEASE = timedelta(minutes=5)
# Minutes from one attempt to the next; with the first attempt these make eight.
PAUSES = (1, 5, 15, 60, 240, 240, 240)
ATTEMPTS = len(PAUSES) + 1


def send(
    kind: str,
    *,
    to: str,
    name: str = "",
    language: str = "en",
    zone: tzinfo = UTC,
    context: Mapping[str, Any] | None = None,
    key: str | None = None,
    forget: bool = False,
) -> Delivery | None:
    """Queue the mail `templates/mail/<kind>.*`; nothing, when this key was used before."""
    words = render(kind, language, {"name": name, **(context or {})}, zone)
    return _queue(kind, words, to=to, name=name, language=language, key=key, forget=forget)


class Reader(Protocol):
    """Somebody with an account: a mail speaks their language and keeps their days."""

    email: str
    name: str
    language: str

    @property
    def zone(self) -> tzinfo: ...


def send_to(reader: Reader, kind: str, **more: Any) -> Delivery | None:
    """The same to a person who is known."""
    return send(
        kind,
        to=reader.email,
        name=reader.name,
        language=reader.language,
        zone=reader.zone,
        **more,
    )


def send_rendered(
    kind: str,
    *,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    name: str = "",
    language: str = "en",
    key: str | None = None,
    forget: bool = False,
) -> Delivery | None:
    """Queue a mail whose words are made already."""
    words = Words(one_line(subject), text, html or "")
    return _queue(kind, words, to=to, name=name, language=language, key=key, forget=forget)


def deliver_due(
    now: datetime | None = None, limit: int = 100, stopping: Callable[[], bool] = lambda: False
) -> int:
    """Try each mail whose time has come, up to so many; how many were sent."""
    # Looked at without a transaction: on SQLite a transaction would hold up every writer.
    if not Delivery.objects.due(now or timezone.now()).exists():
        return 0
    backend: BaseEmailBackend | None = None
    sent = 0
    try:
        for _ in range(limit):
            if stopping() or (delivery := _claim(now or timezone.now())) is None:
                break
            # Opened late and kept: one talk with the mail server serves the whole sweep.
            backend = backend or get_connection(timeout=settings.EMAIL_TIMEOUT or 30)
            if _attempt(delivery, backend, now):
                sent += 1
            else:
                _close(backend)
                backend = None
    finally:
        if backend is not None:
            _close(backend)
    return sent


def _queue(kind: str, words: Words, *, to: str, name: str, key: str | None, **rest: Any) -> Any:
    if key is not None and Delivery.objects.filter(key=key).exists():
        return None
    now = timezone.now()
    try:
        with transaction.atomic():
            return Delivery.objects.create(
                kind=kind,
                key=key,
                recipient=one_line(to),
                recipient_name=one_line(name),
                subject=words.subject[:300],
                text=words.text,
                html=words.html,
                message_id=new_message_id(),
                created_at=now,
                next_attempt_at=now,
                **rest,
            )
    except IntegrityError:
        # Somebody else queued it between the look and the write.
        if key is not None and Delivery.objects.filter(key=key).exists():
            return None
        raise


def _claim(now: datetime) -> Delivery | None:
    """Take the next due mail for the time of the lease, in a transaction of its own."""
    while True:
        with transaction.atomic():
            delivery = Delivery.objects.due(now).select_for_update(skip_locked=True).first()
            if delivery is None:
                return None
            if delivery.attempts < ATTEMPTS:
                delivery.attempts += 1
                delivery.claimed_until = now + LEASE
                delivery.save(update_fields=["attempts", "claimed_until"])
                return delivery
            # Every attempt was taken and none was marked: perhaps this mail kills its worker.
            _give_up(delivery, now, delivery.last_error or "No attempt came to its end.")


def _attempt(delivery: Delivery, backend: BaseEmailBackend, now: datetime | None) -> bool:
    try:
        backend.open()
        message_of(delivery, backend).send()
    except Exception as error:  # a mail backend may raise anything; none of it is ours
        _mark_not_sent(delivery, now or timezone.now(), f"{type(error).__name__}: {error}")
        return False
    _mark_sent(delivery, now or timezone.now())
    return True


def _mark_sent(delivery: Delivery, at: datetime) -> None:
    # Whoever holds the claim by now: sent is sent.
    erased = {"text": "", "html": ""} if delivery.forget else {}
    Delivery.objects.waiting().filter(pk=delivery.pk).update(
        sent_at=at, next_attempt_at=None, claimed_until=None, last_error="", **erased
    )


def _mark_not_sent(delivery: Delivery, at: datetime, error: str) -> None:
    if delivery.attempts >= ATTEMPTS:
        _give_up(delivery, at, error)
        return
    pause = timedelta(minutes=PAUSES[delivery.attempts - 1])
    logger.warning(
        "mail %s: attempt %s failed, next in %s: %s",
        delivery.public_id,
        delivery.attempts,
        pause,
        error,
    )
    _own(delivery).update(next_attempt_at=at + pause, claimed_until=None, last_error=error[:2000])


def _give_up(delivery: Delivery, at: datetime, error: str) -> None:
    logger.error("mail %s: given up: %s", delivery.public_id, error)
    erased = {"text": "", "html": ""} if delivery.forget else {}
    _own(delivery).update(
        failed_at=at, next_attempt_at=None, claimed_until=None, last_error=error[:2000], **erased
    )


def _own(delivery: Delivery) -> Any:
    # A worker that comes back after its lease says nothing about what another has taken over.
    return Delivery.objects.waiting().filter(
        pk=delivery.pk, attempts=delivery.attempts, claimed_until=delivery.claimed_until
    )


def _close(backend: BaseEmailBackend) -> None:
    try:
        backend.close()
    except (OSError, SMTPException):
        logger.warning("mail: the server was gone when the talk ended")
