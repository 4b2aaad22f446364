"""Addresses of the people and of their sign-in, the same below an organisation of either side."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from . import people, sign_on

# The address, its view, and its name behind that of the side.
PAGES: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("people/", people.people, "people"),
    ("people/invite/", people.person_invite, "person-invite"),
    ("people/leave/", people.leave, "leave"),
    ("people/<uuid:public_id>/", people.person, "person"),
    ("people/<uuid:public_id>/remove/", people.person_remove, "person-remove"),
    ("people/<uuid:public_id>/reset/", people.person_reset, "person-reset"),
    (
        "people/invitations/<uuid:public_id>/send-again/",
        people.invitation_send_again,
        "invitation-send-again",
    ),
    (
        "people/invitations/<uuid:public_id>/withdraw/",
        people.invitation_withdraw,
        "invitation-withdraw",
    ),
    ("people/claims/<uuid:public_id>/", people.claim, "claim"),
    ("profile/sign-on/", sign_on.sign_on, "sign-on"),
    ("profile/sign-on/test/", sign_on.sign_on_test, "sign-on-test"),
    ("profile/sign-on/turn-on/", sign_on.sign_on_on, "sign-on-on"),
    ("profile/sign-on/turn-off/", sign_on.sign_on_off, "sign-on-off"),
)


def addresses_of(side: str, through: Callable[..., Any]) -> list[URLPattern]:
    """`through` gives each view the person's place in the organisation that the address names."""
    return [path(address, through(view), name=f"{side}-{name}") for address, view, name in PAGES]
