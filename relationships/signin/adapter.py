"""What this product decides where allauth asks."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal.httpkit import HTTP_USER_AGENT_MAX_LENGTH
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User

from . import letters, policy, strength
from .demo_rules import may_sign_in


class AccountAdapter(DefaultAccountAdapter):
    """The house rules of signing up, signing in and the mails about both."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True

    def new_user(self, request: HttpRequest) -> User:
        return User(
            demo=settings.DEMO,
            language=get_language() or settings.LANGUAGE_CODE,
            time_zone=settings.TIME_ZONE,
        )

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:  # type: ignore[override]
        user.name = form.cleaned_data.get("name", "")
        return super().save_user(request, user, form, commit)  # type: ignore[return-value]

    def clean_email(self, email: str) -> str:
        if len(email) > letters.ADDRESS_LENGTH:
            raise ValidationError(_("This address is longer than an e-mail address can be."))
        return super().clean_email(email)

    def is_safe_url(self, url: str | None) -> bool:
        return url is not None and policy.is_own_address(self.request, url)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:  # type: ignore[override]
        if not may_sign_in(user):
            clear_login(request)
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        letters.send(template_prefix, email, context)

    def send_account_already_exists_mail(self, email: str) -> None:
        # A new account costs one hash; without it here the answer's time tells who has one.
        make_password(get_random_string(20))
        super().send_account_already_exists_mail(email)

    def get_http_user_agent(self, request: HttpRequest) -> str:
        return request.headers.get("User-Agent", "")[:HTTP_USER_AGENT_MAX_LENGTH]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        methods = super().get_reauthentication_methods(user)
        if strength.must_show_factor(self.request):
            # Else a stolen window and a password make a factor of their own, or take this one away.
            methods = [method for method in methods if method["id"] != "reauthenticate"]
        if not methods and user.is_authenticated:
            methods = [
                {
                    "id": "code",
                    "description": _("Use a code sent by mail"),
                    "url": reverse("signin:again"),
                }
            ]
        return methods

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        # allauth counts who has neither password nor second factor as fresh. Then whoever holds
        # such a session could change the address or add a passkey, and prove with that.
        request = self.request
        if policy.knows_only_mail(request.user) and not policy.is_fresh(request):
            raise ReauthenticationRequired
        if strength.must_show_factor(request):
            raise ReauthenticationRequired
        return super().is_reauthentication_required(app=app, **kwargs)
