"""
How strong a sign-in must be (rule R81).

Outside the demo a partner's people and staff reach nothing without a second factor: a passkey, or
the code of an app. So do a customer's people where the customer says so, in the demo too. Recovery
codes get somebody in who has lost it, and count as that. What counts is the session: one that was
opened by a password alone is asked for the factor, even where the person has one by now; and so is
one in which a factor was shown that is gone, where the person has made a new one since.
"""

import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from customers.models import CustomerMembership
from partners.models import PartnerMembership

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
SESSION_KEY = "strong"
NEXT_KEY = "strong_next"


def with_strength(users: QuerySet[User]) -> QuerySet[User]:
    """With what is demanded of each, and since when they have a factor; in the same query."""
    places = PartnerMembership.objects.current().filter(user=OuterRef("pk"))
    strict = CustomerMembership.objects.current().filter(
        user=OuterRef("pk"), customer__factor_demanded_at__isnull=False
    )
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    return users.annotate(
        works_for_partner=Exists(places),
        in_strict_customer=Exists(strict),
        factor_since=Subquery(factors.order_by("created_at").values("created_at")[:1]),
    )


def demanded_of(user: Any) -> bool:
    """Whether this person must sign in with a second factor."""
    if not user.is_authenticated:
        return False
    by_rule = not settings.DEMO and (user.is_staff or user.works_for_partner)
    return bool(by_rule or user.in_strict_customer)


def is_strong(request: HttpRequest) -> bool:
    """Whether this session was opened, or strengthened, with a factor that still stands."""
    user: Any = request.user
    if user.factor_since is None:
        return False
    records = get_authentication_records(request, user)
    shown = [record["at"] for record in records if record.get("method") == "mfa"]
    made = float(request.session.get(SESSION_KEY, 0))
    return max([made, *shown]) >= user.factor_since.timestamp()


def must_show_factor(request: HttpRequest) -> bool:
    """Whether the person has a factor that this session has not seen; a password is too little."""
    user: Any = request.user
    return user.is_authenticated and user.factor_since is not None and not is_strong(request)


@receiver(authenticator_added, dispatch_uid="signin.strengthened")
def strengthened(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    added = kwargs["authenticator"]  # allauth gives the row, or what it has wrapped around it
    if getattr(added, "instance", added).type in FACTORS:
        request.session[SESSION_KEY] = time.time()
