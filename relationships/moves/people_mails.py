"""Every change of an organisation's people is told to the person and to the global admins."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Actor, User
from customers.models import Customer
from mail import outbox
from partners.models import Partner


def tell(
    act: str,
    organisation: Partner | Customer,
    person: User | None,
    *,
    by: Actor,
    key: str,
    role: str,
    was: str = "",
    address: str = "",
    admins: bool = True,
    reason: str = "",
    own: bool = True,
) -> None:
    """Who acted comes first; the person has a mail of their own words, if `own`."""
    ruling: Any = organisation.memberships.ruling().select_related("user").order_by("pk")
    readers = {place.user.pk: place.user for place in ruling} if admins else {}
    if person is not None and own:
        readers[person.pk] = person
    elif person is not None:
        readers.pop(person.pk, None)
    for reader in readers.values():
        outbox.send_to(
            reader,
            "people",
            context={
                "act": act,
                "organisation": organisation.name,
                "person": person.get_full_name() if person else address,
                "own": person is not None and reader.pk == person.pk,
                "actor": settings.OPERATOR_NAME
                if by.acts_for_operator or by.user is None
                else by.user.get_full_name(),
                "role": role,
                "was": was,
                "reason": reason,
                "link": settings.SITE_URL + _page_of(act, organisation, reader, person),
            },
            key=f"people:{act}:{key}:{organisation.party.id}:{reader.public_id}",
        )


def _page_of(act: str, organisation: Partner | Customer, reader: User, person: User | None) -> str:
    if person is not None and reader.pk == person.pk and act in ("person_removed", "person_left"):
        return reverse("signin:profile")
    side = "partner" if isinstance(organisation, Partner) else "customer"
    if act.startswith("sign_on"):
        return reverse(f"relationships:{side}-sign-on", args=[organisation.slug])
    page = "home" if person is not None and reader.pk == person.pk else "people"
    return reverse(f"relationships:{side}-{page}", args=[organisation.slug])
