"""Who may be authenticated at all, asked at sign-in and again on every request."""

from typing import Any

from allauth.account import auth_backends

from .demo_rules import may_sign_in


class AuthenticationBackend(auth_backends.AuthenticationBackend):
    """Sign-in by e-mail address; a session ends with the right to sign in."""

    def user_can_authenticate(self, user: Any) -> bool:
        return may_sign_in(user)
