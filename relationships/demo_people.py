"""The demo's people, and in whose name its moves are made."""

from functools import cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import Actor, User

from .signin.demo_rules import DEMO_PASSWORD


@cache
def hashed_password() -> str:
    # One hash for all: everybody knows the password, and forty hashes take ten seconds.
    return make_password(DEMO_PASSWORD)


def person(email: str, name: str) -> User:
    user = User.objects.create_user(email, name=name, demo=True)
    user.password = hashed_password()
    user.save(update_fields=["password"])
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def agent_of(slug: str) -> Actor:
    """The partner's admin agent."""
    return Actor.objects.of(User.objects.get(email=f"admin.agent@{slug}.example"))


def decider_of(slug: str) -> Actor:
    """The customer's global admin."""
    return Actor.objects.of(User.objects.get(email=f"global.admin@{slug}.example"))
