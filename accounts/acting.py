"""From a page's request to the actor that a move asks for."""

import time
from datetime import UTC, datetime

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from .models import Actor, ActorKind, Origin

USER_AGENT_LENGTH = 300


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person as an actor: where the act came from, how fresh the sign-in is."""
    actor = Actor.objects.of(request.user)
    actor.user = request.user  # type: ignore[assignment]
    actor.origin = Origin(
        address=_address_of(request),
        user_agent=request.headers.get("User-Agent", "")[:USER_AGENT_LENGTH],
    )
    actor.signed_in_again_at = signed_in_again_at(request)
    return actor


def viewer_of(request: HttpRequest) -> Actor:
    """The person as an actor that is never stored, to ask what they may do."""
    return Actor(kind=ActorKind.USER, user=request.user)  # type: ignore[misc]


def signed_in_again_at(request: HttpRequest) -> datetime | None:
    """When the person last proved again who they are, if that is recent enough to count."""
    records = [
        record
        for record in get_authentication_records(request, request.user)  # type: ignore[arg-type]
        if record.get("reauthenticated")
    ]
    if not records or time.time() - records[-1]["at"] >= settings.SIGN_IN_AGAIN_SECONDS:
        return None
    return datetime.fromtimestamp(records[-1]["at"], tz=UTC)


def _address_of(request: HttpRequest) -> str:
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:
        return ""
