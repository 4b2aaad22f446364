"""How a person proves again who they are, and where they may be sent afterwards."""

from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from accounts.acting import signed_in_again_at


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person proved again who they are, recently enough for a grave act."""
    return request.user.is_authenticated and signed_in_again_at(request) is not None


def sign_in_again_url(request: HttpRequest, next_url: str = "") -> str:
    """Where to send the person to prove it, and where they go afterwards."""
    return with_next(request, reverse("signin:again"), next_url)


def with_next(request: HttpRequest, url: str, next_url: str) -> str:
    """The address with the way back, unless that way leads off this site."""
    if not is_own_address(request, next_url):
        return url
    return f"{url}?{urlencode({'next': next_url})}"


def is_own_address(request: HttpRequest, url: str) -> bool:
    """Only addresses of this very site; another allowed host is somebody else's page."""
    return url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def knows_only_mail(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether this person has neither a password nor a second factor to prove it with."""
    return user.is_authenticated and not get_reauthentication_flows(user)
