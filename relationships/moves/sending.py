"""The mail with the link goes out from the operator's address, on the partner's behalf."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import Actor, User
from audit.log import Side, hold
from customers.models import Customer
from customers.rights import CustomerRight
from mail import outbox
from mail.models import Delivery
from partnercenter.lib.states import moment

from ..models import PolicyRefusal, RelationshipRequest
from ..request_mail import day_of, mail_key, words_for_mail
from .asking import (
    RequestRefused,
    has_right,
    lock_partners,
    right_to_change,
    why_not_requesting,
)
from .refusing import against_policy, customers_behind, lift_refusals, note_refusal

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class LimitReached(RequestRefused):
    """Too many mails; the message says when the next can go, to this recipient or to anybody."""

    def __init__(self, message: str, *, until: datetime, for_all: bool) -> None:
        super().__init__(message)
        self.until, self.for_all = until, for_all


@transaction.atomic
def send(
    request: RelationshipRequest, *, by: Actor, at: datetime | None = None
) -> list[PolicyRefusal]:
    """
    Queue the mail, for the first time or again; the link stays the same.

    Where a domain or a tenant id is named, the deciders of that organisation get it, if there is
    one. What is written, counted and answered is the same if there is none, or if its request
    policy keeps the request from its people. What comes back are the refusals of which the
    partner knows.
    """
    lock_partners(request.partner, request.administrator)
    request.lock()
    at = moment(at)
    if not has_right(by, request.partner, right_to_change(request)):
        raise PermissionDenied
    if why := why_not_sending(request, at):
        raise RequestRefused(why)
    _check_limits(request, at)
    request.sent_at, request.sent_by = at, by
    request.save(update_fields=["sent_at", "sent_by"])
    behind = customers_behind(request)
    refused = {row: found for row in behind if (found := against_policy(request, row, at))}
    let_in = [row for row in behind if row not in refused]
    # Who belongs to several organisations reads the mail for one that lets it in.
    _queue(request, let_in, withheld=bool(refused) and not let_in, by=by, at=at)
    hold(
        *((Side.CUSTOMER, row.party.id) for row in behind), (Side.PARTNER, request.partner.party.id)
    )
    request.record("request.sent", by=by, at=at)
    if let_in:
        lift_refusals(request, let_in, at)
        return []
    noted = [
        note_refusal(request, row, found, by=by, side=Side.PARTNER, at=at)
        for row, found in refused.items()
    ]
    return [refusal for refusal in noted if refusal.told_at is not None]


def why_not_sending(request: RelationshipRequest, at: datetime) -> str:
    """Why this request can be sent to nobody; empty when it can, as far as limits allow."""
    if why := why_not_requesting(request.partner) or request.why_unanswerable(at):
        return why
    if not request.is_addressed:
        return _("This request names nobody to whom it could be sent. Copy its mail instead.")
    return ""


def _check_limits(request: RelationshipRequest, at: datetime) -> None:
    """
    So many an hour and a day for a partner, and one a day to whom it names.

    A request names one recipient and so is sent once a day at most: the requests sent within a
    day are the mails of that day, and the partner, who is held, has no others.
    """
    today = request.partner.requests.sent_since(at - DAY)
    same = today.filter(
        addressed_email=request.addressed_email,
        addressed_domain=request.addressed_domain,
        addressed_tenant_id=request.addressed_tenant_id,
    ).first()
    if same is not None and same.sent_at is not None:
        raise LimitReached(
            _(
                "Your organisation has written to %(address)s within a day. It can write there "
                "again from %(time)s."
            )
            % {"address": request.addressed_to, "time": _from(same.sent_at + DAY)},
            until=same.sent_at + DAY,
            for_all=False,
        )
    a_day, an_hour = settings.REQUEST_MAILS_PER_DAY, settings.REQUEST_MAILS_PER_HOUR
    times = [sent for sent in today.values_list("sent_at", flat=True)[:a_day] if sent]
    if len(times) >= a_day:
        raise LimitReached(
            _(
                "Your organisation has sent %(most)d requests by e-mail within a day, and more are "
                "not allowed. The next can be sent from %(time)s."
            )
            % {"most": a_day, "time": _from(times[-1] + DAY)},
            until=times[-1] + DAY,
            for_all=True,
        )
    recent = [sent for sent in times if sent > at - HOUR]
    if len(recent) >= an_hour:
        raise LimitReached(
            _(
                "Your organisation has sent %(most)d requests by e-mail within an hour, and more "
                "are not allowed. The next can be sent from %(time)s."
            )
            % {"most": an_hour, "time": _from(recent[an_hour - 1] + HOUR)},
            until=recent[an_hour - 1] + HOUR,
            for_all=True,
        )


def _from(moment: datetime) -> str:
    """The first whole minute at which it is true."""
    whole = moment.replace(second=0, microsecond=0)
    whole += timedelta(minutes=1) if whole < moment else timedelta(0)
    return date_format(localtime(whole), "DATETIME_FORMAT")


def _queue(
    request: RelationshipRequest,
    customers: Iterable[Customer],
    *,
    withheld: bool,
    by: Actor,
    at: datetime,
) -> None:
    sender = by.user.name if by.user else ""
    language = by.user.language if by.user else "en"
    # Drawn before anybody is looked for, so that it takes as long where there is nobody.
    words = words_for_mail(request, sender=sender, language=language)
    if withheld:
        to = []
    elif request.addressed_email:
        to = [(request.addressed_email, "", mail_key(request, at))]
    else:
        to = [
            (person.email, person.name, _key_for(person, request, at))
            for person in _deciders_of(customers, request, at)
        ]
    for address, name, key in to:
        outbox.send_rendered(
            "request",
            to=address,
            name=name,
            language=language,
            subject=words.subject,
            text=words.text,
            html=words.html,
            key=key,
            forget=True,
        )


def _key_for(person: User, request: RelationshipRequest, at: datetime) -> str:
    return f"request:{request.partner.tenant_id}:{person.public_id}:{day_of(at)}"


def _deciders_of(
    customers: Iterable[Customer], request: RelationshipRequest, at: datetime
) -> Iterator[User]:
    """Who decides for the organisation of that domain or tenant id; nobody, where there is none."""
    written_to = set(
        request.partner.requests.sent_since(at - DAY)
        .exclude(addressed_email="")
        .values_list("addressed_email", flat=True)
    )
    for customer in customers:
        places = customer.memberships.having(CustomerRight.DECIDE).filter(user__is_active=True)
        for place in places.select_related("user").order_by("pk"):
            person = place.user
            # One a day from one partner to one person, whatever name their organisation was given.
            keys = [_key_for(person, request, day) for day in (at, at - DAY)]
            reached = Delivery.objects.filter(key__in=keys, created_at__gt=at - DAY)
            if person.email.lower() not in written_to and not reached.exists():
                yield person
