"""The demo's people, and in whose name its moves are made."""

from datetime import datetime
from functools import cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts import staffing
from accounts.models import Actor, User

from .signin.demo_rules import DEMO_PASSWORD

# Who works for the operator, and in which group; the first is a superuser.
STAFF = {
    "staff@operator.example": ("Stella Staff", ""),
    "support@operator.example": ("Simon Support", "Support"),
    "verification@operator.example": ("Vera Verification", "Verification"),
    "auditor@operator.example": ("Anton Auditor", "Auditor"),
}


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


def make_staff(*, by: Actor, at: datetime) -> None:
    """A superuser, and one member of each group."""
    for email, (name, group) in STAFF.items():
        rights = {
            "is_staff": True,
            "is_superuser": not group,
            "groups": Group.objects.filter(name=group),
        }
        staffing.change_rights(person(email, name), rights, by=by, reason="demo", at=at)


def agent_of(slug: str) -> Actor:
    """The partner's admin agent."""
    return Actor.objects.of(User.objects.get(email=f"admin.agent@{slug}.example"))


def decider_of(slug: str) -> Actor:
    """The customer's global admin."""
    return Actor.objects.of(User.objects.get(email=f"global.admin@{slug}.example"))
