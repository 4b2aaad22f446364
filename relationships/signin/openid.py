"""
OpenID Connect as allauth speaks it, with what this site asks of a provider's answer.

All of it is asked before allauth looks for an account: a provider vouches for addresses in its own
domains, verified ones, and for nothing else that it may say.
"""

import re
import time
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import jwt
import requests
from allauth.account.internal.emailkit import valid_email_or_none
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base.provider import Provider as BaseProvider
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Actor, User

from ..moves.arriving import hand_over
from . import outbound, sources
from .forms import NAME_LENGTH, plain_name

Method = TypeVar("Method", bound=Callable[..., Any])
LONGEST_SUB = 191  # what allauth keeps
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
ERROR_NAME = re.compile(r'"error"\s*:\s*"([a-z_]{1,40})"')
ALGORITHMS = frozenset(
    f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)
) | {"EdDSA"}
# What reading an answer raises that is not of the form it should have.
MISSHAPEN = (
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError),
    jwt.PyJWTError,
)
LONGEST_TOKEN = 366 * 24 * 3600  # seconds; a token that holds longer is none to be trusted
ABOUT_THE_ADDRESS = ("email", "email_verified", "xms_edov")


class Problem(StrEnum):
    """Why nobody was signed in; `sign_on_failures` says each in words."""

    UNREACHABLE = "unreachable"
    NOT_A_PROVIDER = "not_a_provider"
    OTHER_ISSUER = "other_issuer"
    TOKEN = "token"  # noqa: S105
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_ADDRESS = "no_address"
    UNVERIFIED = "unverified"
    OTHER_DOMAIN = "other_domain"
    STAFF = "staff"
    CLOSED = "closed"
    TOO_OFTEN = "too_often"


class SignOnFailed(OAuth2Error):
    """The provider, or what it said, is not good enough."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}")
        self.problem = problem
        self.detail = detail


def problem_of(error: BaseException | None) -> tuple[Problem, str]:
    """Which of ours an error of the way there and back is, with what it says itself."""
    if isinstance(error, SignOnFailed):
        return error.problem, error.detail
    if isinstance(error, requests.JSONDecodeError):
        return Problem.NOT_A_PROVIDER, ""
    if isinstance(error, requests.RequestException):
        return Problem.UNREACHABLE, ""
    # Only the error's own name (RFC 6749 5.2): whatever else it answered may be anything.
    named = ERROR_NAME.search(str(error or ""))
    return Problem.TOKEN, named.group(1) if named else ""


def of_form(problem: Problem) -> Callable[[Method], Method]:
    """What cannot be read because it has another form is this problem, and no error of ours."""

    def decorate(method: Method) -> Method:
        @wraps(method)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            try:
                return method(*args, **kwargs)
            except requests.RequestException:
                raise
            except MISSHAPEN as error:
                raise SignOnFailed(problem, "it cannot be read") from error

        return wrapper  # type: ignore[return-value]

    return decorate


class OAuth2Adapter(OpenIDConnectOAuth2Adapter):
    """The way to the provider and back."""

    @property
    def openid_config(self) -> dict[str, Any]:
        return self._configuration()

    def get_client(self, request: HttpRequest, app: SocialApp) -> Any:
        return self._client(request, app)

    @of_form(Problem.NOT_A_PROVIDER)
    def _client(self, request: HttpRequest, app: SocialApp) -> Any:
        return super().get_client(request, app)

    @of_form(Problem.TOKEN)
    def get_access_token_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        data: dict[str, Any] = super().get_access_token_data(*args, **kwargs)
        return data

    @of_form(Problem.TOKEN)
    def parse_token(self, data: dict[str, Any]) -> Any:
        # The access token serves for one look at the person, and is kept nowhere.
        return super().parse_token({"access_token": str(data["access_token"])})

    @of_form(Problem.NOT_A_PROVIDER)
    def _configuration(self) -> dict[str, Any]:
        """What the provider says of itself, if it says that it is the one that was named."""
        if not hasattr(self, "_openid_config"):
            provider = self.get_provider()
            with outbound.Session() as session:
                answer = session.get(provider.server_url)
                answer.raise_for_status()
                found = answer.json()
            if not isinstance(found, dict) or not all(
                is_address(found.get(name)) for name in ("issuer", *ENDPOINTS)
            ):
                raise SignOnFailed(Problem.NOT_A_PROVIDER)
            if found["issuer"].rstrip("/") != provider.app.settings["server_url"]:
                raise SignOnFailed(Problem.OTHER_ISSUER, found["issuer"][:300])
            self._openid_config = found
        return self._openid_config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return callback_url(request, self.provider_id)

    @of_form(Problem.TOKEN)
    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any
    ) -> SocialLogin:
        source = self.get_provider().source
        claims = self._claims(app, token, kwargs["response"])
        address = claims.get("email")
        if not isinstance(address, str) or valid_email_or_none(address) != address.lower():
            raise SignOnFailed(Problem.NO_ADDRESS)
        if not source.vouches_for(address):
            raise SignOnFailed(Problem.OTHER_DOMAIN, address[:254])
        if not is_verified(claims):
            raise SignOnFailed(Problem.UNVERIFIED, address[:254])
        drop_stale_link(source, claims["sub"])
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def _claims(self, app: SocialApp, token: Any, response: dict[str, Any]) -> dict[str, Any]:
        """What is said of the person, from the token and the provider's page about them."""
        if not isinstance(response.get("id_token"), str):
            raise SignOnFailed(Problem.TOKEN, "no id_token")
        claims = self._decode_id_token(app, response["id_token"])
        if not is_plain(claims["sub"], LONGEST_SUB):
            raise SignOnFailed(Problem.TOKEN, "its sub cannot be kept")
        if "email" not in claims and self.openid_config.get("userinfo_endpoint"):
            told = self._fetch_user_info(token.token)
            # OpenID Connect Core 5.3.2: else it may be a page about somebody else.
            if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
                raise SignOnFailed(Problem.TOKEN, "userinfo is of another sub")
            # An address and whether it is verified are believed from one mouth.
            told_of_address = {name: told[name] for name in ABOUT_THE_ADDRESS if name in told}
            claims = {
                **{name: value for name, value in claims.items() if name not in ABOUT_THE_ADDRESS},
                **told_of_address,
                "name": told.get("name", claims.get("name")),
            }
        return claims

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """Its signature is checked however it came, by a key and a way that the provider names."""
        with outbound.Session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            key = key_for(jwt.get_unverified_header(id_token), answer.json()["keys"])
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key.key,
                algorithms=[key.algorithm_name],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                options={"require": ["aud", "exp", "iat", "iss", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise SignOnFailed(Problem.TOKEN, type(error).__name__) from error
        if claims["exp"] > time.time() + LONGEST_TOKEN:
            raise SignOnFailed(Problem.TOKEN, "it holds too long")
        jwtkit.verify_jti(claims)
        return claims


def key_for(header: dict[str, Any], keys: list[dict[str, Any]]) -> jwt.PyJWK:
    """The key that a token names; the only one where it names none (OpenID Connect Core 10.1)."""
    signing = [key for key in keys if key.get("use", "sig") == "sig"]
    if (kid := header.get("kid")) is not None:
        signing = [key for key in signing if key.get("kid") == kid]
    if len(signing) != 1:
        raise SignOnFailed(Problem.TOKEN, "its key is not there")
    algorithm = signing[0].get("alg", header.get("alg"))
    if algorithm not in ALGORITHMS:
        raise SignOnFailed(Problem.TOKEN, "it is signed in no way that can be trusted")
    try:
        return jwt.PyJWK(signing[0], algorithm=algorithm)
    except jwt.PyJWTError as error:
        raise SignOnFailed(Problem.TOKEN, "its key cannot be read") from error


class Provider(OpenIDConnectProvider):
    """One identity provider of `sources`."""

    oauth2_adapter_class = OAuth2Adapter

    def __init__(self, request: HttpRequest, source: sources.Source) -> None:
        super().__init__(request, app=source.app())
        self.source = source

    def serialize(self) -> dict[str, str]:
        """How a sign-in that waits for a second factor finds its provider again."""
        return {"id": self.source.id}

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        return reverse("signin:sign-on")

    def get_callback_url(self) -> str:
        return reverse("signin:sign-on-callback", args=[self.source.id])

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        address = data["id_token"]["email"]
        return [EmailAddress(email=address, verified=True, primary=True)]

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        # Who it is; what else the provider says of the person is not ours to keep.
        told = data["id_token"]
        return {"email": told["email"], "name": _plain(told.get("name"))}


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """What this site decides where allauth asks about accounts elsewhere."""

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> Provider:
        source = sources.by_id(provider)
        if source is None:
            raise SocialApp.DoesNotExist
        return Provider(request, source)

    def list_providers(self, request: HttpRequest) -> list[BaseProvider]:
        return [Provider(request, source) for source in sources.of_operator()]

    def get_requests_session(self) -> requests.Session:
        return outbound.Session()

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> User:
        person = cast(User, sociallogin.user)
        person.email = str(data.get("email") or "").lower()
        person.name = _plain(data.get("name"))
        return person

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """
        Whose verified address it is; else an account under it that nobody could ever open.

        An address that somebody has only entered, and not proved, makes nothing theirs: whoever
        comes in by the provider must not come into an account of theirs.
        """
        address = sociallogin.email_addresses[0].email
        owned = EmailAddress.objects.filter(email__iexact=address, verified=True)
        if (row := owned.select_related("user").first()) is not None:
            return row.user, address
        person = User.objects.with_address(address).filter(last_login__isnull=True).first()
        if person is None or person.emailaddress_set.filter(verified=True).exists():
            return None
        return person, address

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        from .sign_on import failed, tested

        source = sociallogin.provider.source
        if sociallogin.state.get("process") == "test":
            raise ImmediateHttpResponse(tested(request, source, sociallogin))
        if source.why_closed:
            raise ImmediateHttpResponse(failed(request, source, Problem.CLOSED))
        person: Any = sociallogin.user
        if person.pk and person.is_staff and not source.of_operator:
            raise ImmediateHttpResponse(failed(request, source, Problem.STAFF))
        if person.pk and not person.emailaddress_set.filter(verified=True).exists():
            name = cast(dict[str, str], sociallogin.account.extra_data).get("name", "")
            address, by = sociallogin.email_addresses[0].email, Actor.objects.of(person)
            hand_over(person, address, name=name, by=by)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Provider,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        from .sign_on import failed_on_the_way

        raise ImmediateHttpResponse(
            failed_on_the_way(request, provider.source, error, exception, extra_context or {})
        )


def callback_url(request: HttpRequest, source_id: str) -> str:
    """Where the provider sends people back to; it is entered there, to the letter."""
    return request.build_absolute_uri(reverse("signin:sign-on-callback", args=[source_id]))


def is_address(told: Any) -> bool:
    if not isinstance(told, str) or not told.isascii() or not told.isprintable():
        return False
    try:
        parts = urlsplit(told)
    except ValueError:
        return False
    schemes = ("https", "http") if settings.PLAIN_HTTP else ("https",)
    return parts.scheme in schemes and bool(parts.hostname)


def is_verified(claims: dict[str, Any]) -> bool:
    """`email_verified`, or what Microsoft Entra says in its place."""
    said = claims.get("email_verified", claims.get("xms_edov"))
    return said is True or str(said).lower() in ("true", "1")


def drop_stale_link(source: sources.Source, sub: str) -> None:
    """
    A link holds while its account has a verified address for which the provider vouches.

    Whoever has moved on to another organisation with the same account is out of its reach.
    """
    link = SocialAccount.objects.filter(provider=source.id, uid=sub).first()
    if link is None:
        return
    verified = EmailAddress.objects.filter(user=link.user_id, verified=True)
    if not any(source.vouches_for(row.email) for row in verified):
        link.delete()


def is_plain(text: Any, longest: int) -> bool:
    """A text that every database keeps, and that shows what it is."""
    return isinstance(text, str) and 0 < len(text) <= longest and text.isprintable()


def _plain(name: Any) -> str:
    text = " ".join(str(name or "").split())[:NAME_LENGTH]
    if not is_plain(text, NAME_LENGTH):
        return ""
    try:
        plain_name(text)
    except ValidationError:
        return ""
    return text
