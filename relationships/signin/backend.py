"""Who may be authenticated at all, asked at sign-in and again on every request."""

from typing import Any

from allauth.account import auth_backends

from accounts.models import User

from .demo_rules import may_sign_in
from .strength import with_strength


class AuthenticationBackend(auth_backends.AuthenticationBackend):
    """Sign-in by e-mail address; a session ends with the right to sign in."""

    def user_can_authenticate(self, user: Any) -> bool:
        return may_sign_in(user)

    def get_user(self, user_id: Any) -> User | None:
        """The person of a session, with what the strength of the sign-in is asked for by."""
        user = with_strength(User.objects.filter(pk=user_id)).first()
        return user if user is not None and self.user_can_authenticate(user) else None
