"""Why something waits: what happened to it, who must act next, and since when."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import DateTimeField, Min, OuterRef, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from mail.models import Delivery

from .models import AdminRelationship, Decision, PolicyRefusal, RelationshipRequest
from .request_mail import mail_key


@dataclass(frozen=True)
class MustAct:
    """Who must act on something that waits, what they have to do, and since when it waits."""

    who: str
    what: str
    since: datetime
    # Whether it is for the partner's own people.
    own: bool = False


def with_opening(requests: QuerySet[RelationshipRequest]) -> QuerySet[RelationshipRequest]:
    """
    When a person of the customer first opened each of them and has not decided yet.

    And since when the partner knows that a request policy keeps it from the customer's people.
    """
    return requests.annotate(opened_at=opened_since("pk"), refused_at=refused_since("pk"))


def opened_since(request: str) -> Subquery:
    """When a person of the customer first opened the request of that name, if none decided yet."""
    opened = Decision.objects.open().filter(request=OuterRef(request)).order_by().values("request")
    first = opened.annotate(first=Min("opened_at")).values("first")
    return Subquery(first, output_field=DateTimeField())


def refused_since(request: str) -> Subquery:
    """When the partner was told that a request policy refused the request of that name."""
    refused = PolicyRefusal.objects.standing().told().filter(request=OuterRef(request))
    return Subquery(refused.values("told_at")[:1])


def on_request(
    request: RelationshipRequest,
    *,
    opened_at: datetime | None,
    refused_at: datetime | None = None,
    at: datetime,
) -> MustAct:
    """Who must act on an open request."""
    if refused_at is not None:
        what = _("a request policy refused it: ask otherwise, or cancel it")
        return MustAct(_("Your people who make requests"), what, refused_at, own=True)
    if opened_at is not None:
        return MustAct(_deciders(), _("approve or decline"), opened_at)
    if why := request.why_unanswerable(at):
        return MustAct(_("The operator, or you"), why, request.created_at)
    if request.sent_at is not None:
        return MustAct(_deciders(), _("open it and decide"), request.sent_at)
    what = _("send it, or give its link to the customer")
    return MustAct(_("Your people who make requests"), what, request.created_at, own=True)


def on_use(relationship: AdminRelationship, since: datetime) -> MustAct:
    """Who must act where nobody can use a grant."""
    assigned: bool = relationship.is_assigned  # type: ignore[attr-defined]
    what = _("put somebody into its group") if assigned else _("assign a group")
    return MustAct(_admins(), what, since, own=True)


def on_extension(relationship: AdminRelationship) -> MustAct | None:
    """Who must act where the partner wishes for an extension that could be and is not allowed."""
    since = relationship.extension_wished_at
    if since is None or relationship.extension_allowed_at is not None:
        return None
    began = relationship.activated_at or since
    return MustAct(_deciders(), _("allow the extension, if they want it"), max(since, began))


def _deciders() -> str:
    return _("Whoever decides at the customer")


def _admins() -> str:
    return _("Your admin agents and global admins")


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
