"""Why a request waits: what happened to it, and who must act next."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from mail.models import Delivery

from .models import RelationshipRequest
from .request_mail import mail_key


def delivery_of(request: RelationshipRequest) -> Delivery | None:
    """
    The mail to the address that the partner typed.

    What went to the deciders of an organisation is not looked for: whether there is one, the
    partner does not learn.
    """
    if request.sent_at is None or not request.addressed_email:
        return None
    return Delivery.objects.filter(key=mail_key(request, request.sent_at)).first()


def why_it_waits(
    request: RelationshipRequest, *, opened_at: datetime | None, at: datetime
) -> list[str]:
    """Sentences in the order of time, the last of them about what comes next."""
    said = [_sent(request)]
    if opened_at:
        said.append(
            _(
                "A person of the customer opened it on %(date)s. Now somebody who decides there "
                "must approve or decline it."
            )
            % {"date": _on(opened_at)}
        )
    else:
        said.append(_("Nobody has opened it yet."))
    if why := request.why_unanswerable(at):
        said.append(why)
    elif request.expires_at:
        said.append(
            _("Without an answer it expires on %(date)s.") % {"date": _on(request.expires_at)}
        )
    return said


def _sent(request: RelationshipRequest) -> str:
    if request.sent_at is None:
        if request.is_addressed:
            return _("It was not sent from here. Send it, or copy its mail into one of your own.")
        return _("It is for whoever gets its link. Copy its mail into one of your own.")
    said = {"date": _on(request.sent_at), "address": request.addressed_to}
    mail = delivery_of(request)
    if mail is not None and mail.failed_at:
        return (
            _(
                "It was sent to %(address)s on %(date)s, and could not be delivered. Check the "
                "address, or copy the mail into one of your own."
            )
            % said
        )
    if not request.addressed_email:
        return (
            _(
                "It was sent on %(date)s to whoever decides at %(address)s, if that organisation "
                "is here."
            )
            % said
        )
    return _("It was sent to %(address)s on %(date)s.") % said


def _on(moment: datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")
