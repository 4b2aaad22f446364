"""A person's second factors: whether there are some, and staff who take lost ones away."""

from collections.abc import Iterable
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.dispatch import Signal
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.log import Side, record
from mail import outbox
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import moment

from .models import Actor, User

# Sent in the transaction of a reset by staff, for whoever knows where the person belongs:
# `person`, `by`, `at` and the `event` that tells of it.
factors_taken_by_staff = Signal()


def has_factor(person: User) -> bool:
    """A passkey, an app or recovery codes."""
    return Authenticator.objects.filter(user=person).exists()


def take_factors(person: User) -> None:
    """Take every factor, and close each window: who found the lost device may sit in one."""
    Authenticator.objects.filter(user=person).delete()
    for session in UserSession.objects.filter(user=person):
        session.end()


@transaction.atomic
def reset_by_staff(
    people: Iterable[User], *, by: Actor, reason: str, at: datetime | None = None
) -> None:
    """Take lost factors away, after making sure by other means who asks; never one's own."""
    if not by.has_perm("accounts.change_user"):
        raise PermissionDenied
    reason, at = given_reason(reason), moment(at)
    for person in sorted(people, key=lambda person: person.pk):
        person = User.objects.select_for_update().get(pk=person.pk)  # noqa: PLW2901
        if by.user is not None and by.user.pk == person.pk:
            raise PermissionDenied
        if not has_factor(person):
            raise Refused(_("This person has no second factor."))
        take_factors(person)
        event = record(
            "user.factors_reset",
            by=by,
            at=at,
            side=Side.OPERATOR,
            subject=("user", str(person.public_id)),
            details={"reason": reason},
        )
        _tell(person, key=str(event.public_id))
        factors_taken_by_staff.send(User, person=person, by=by, at=at, event=event)


def _tell(person: User, *, key: str) -> None:
    outbox.send_to(
        person,
        "people",
        context={
            "act": "factors_reset",
            "organisation": settings.OPERATOR_NAME,
            "own": True,
            "actor": settings.OPERATOR_NAME,
            "link": settings.SITE_URL + reverse("mfa_index"),
        },
        key=f"people:factors_reset:{key}",
    )
