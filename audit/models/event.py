import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from partnercenter.lib.canonical import canonical, digest
from partnercenter.lib.ids import uuid7


class Side(models.TextChoices):
    CUSTOMER = "customer", _("customer")
    PARTNER = "partner", _("partner")
    OPERATOR = "operator", _("operator")


class EventQuerySet(models.QuerySet["Event"]):
    def in_chain(self, chain: str) -> "EventQuerySet":
        """The events of one chain, newest first."""
        return self.filter(links__chain=chain).order_by("-links__number")

    def of_partner(self, partner_id: str) -> "EventQuerySet":
        """
        The events of a partner's own chain, which are exactly those that name it.

        Unlike the chain they can be read by their time, and by customer, from an index.
        """
        return self.filter(partner_id=partner_id)


class Event(models.Model):
    """One line of the log: who did what to what, on behalf of which side."""

    # The first words of every canonical form; a change of the form is a new version.
    FORMAT = "event/1"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=80)
    customer_id = models.CharField(max_length=80, blank=True)
    customer_name = models.CharField(max_length=300, blank=True)
    partner_id = models.CharField(max_length=80, blank=True)
    partner_name = models.CharField(max_length=300, blank=True)
    side = models.CharField(max_length=20, choices=Side)
    actor_id = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    payload = models.TextField()  # canonical text, so that its digest is the same everywhere
    sealed_hash = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(name="audit_event_of_subject", fields=["subject_kind", "subject_id"]),
            models.Index(name="audit_event_of_partner", fields=["partner_id", "-at", "-id"]),
            models.Index(
                name="audit_event_of_pair", fields=["partner_id", "customer_id", "-at", "-id"]
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="audit_event_side", condition=models.Q(side__in=Side.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"

    @property
    def chains(self) -> list[str]:
        """The chains in which this event has a place, in the order in which they are locked."""
        return chains_of(customer_id=self.customer_id, partner_id=self.partner_id)

    @property
    def details(self) -> dict[str, Any]:
        return json.loads(self.payload)

    def canonical_form(self) -> str:
        """Every column but the internal key, as one text."""
        return canonical(
            {
                "format": self.FORMAT,
                "public_id": self.public_id,
                "kind": self.kind,
                "subject_kind": self.subject_kind,
                "subject_id": self.subject_id,
                "customer_id": self.customer_id,
                "customer_name": self.customer_name,
                "partner_id": self.partner_id,
                "partner_name": self.partner_name,
                "side": self.side,
                "actor_id": self.actor_id,
                "actor_kind": self.actor_kind,
                "at": self.at,
                "payload": self.payload,
                "sealed_hash": self.sealed_hash,
            }
        )


class SealedPart(models.Model):
    """What of an event names a person; the one row of the log that may be deleted."""

    FORMAT = "sealed/1"

    event = models.OneToOneField(Event, models.PROTECT, related_name="sealed")
    salt = models.CharField(max_length=64)
    actor_label = models.CharField(max_length=500, blank=True)
    actor_name = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=100, blank=True)
    user_agent = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("sealed part")
        verbose_name_plural = _("sealed parts")

    def __str__(self) -> str:
        return self.actor_label

    def hash(self) -> str:
        """
        The digest that the event keeps.

        It is salted, so that what was erased cannot be found again by trying names.
        """
        content = canonical(
            {
                "format": self.FORMAT,
                "actor_label": self.actor_label,
                "actor_name": self.actor_name,
                "address": self.address,
                "user_agent": self.user_agent,
            }
        )
        return digest(self.salt, content)


OPERATOR_CHAIN = "operator"


def chains_of(*, customer_id: str = "", partner_id: str = "") -> list[str]:
    """The organisations' chains by name; the operator's is for what names no organisation."""
    chains = [
        f"{side}:{organisation}"
        for side, organisation in ((Side.CUSTOMER, customer_id), (Side.PARTNER, partner_id))
        if organisation
    ]
    return sorted(chains) or [OPERATOR_CHAIN]
