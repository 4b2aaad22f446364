from django.db import models
from django.utils.translation import gettext_lazy as _

from partnercenter.lib.canonical import canonical, digest

from .event import Event


class ChainHead(models.Model):
    """How far a chain has come; locked while a link is added, so that numbers have no gap."""

    name = models.CharField(max_length=100, primary_key=True)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("chain head")
        verbose_name_plural = _("chain heads")
        constraints = [
            models.CheckConstraint(
                name="audit_chainhead_empty_or_hashed",
                condition=models.Q(number=0, hash="")
                | (models.Q(number__gt=0) & ~models.Q(hash="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class ChainLink(models.Model):
    """An event's place in a chain."""

    FORMAT = "link/1"

    event = models.ForeignKey(Event, models.PROTECT, related_name="links")
    chain = models.CharField(max_length=100)
    number = models.PositiveBigIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("chain link")
        verbose_name_plural = _("chain links")
        constraints = [
            models.UniqueConstraint(name="audit_chainlink_number", fields=["chain", "number"]),
            models.UniqueConstraint(name="audit_chainlink_event", fields=["event", "chain"]),
            models.CheckConstraint(
                name="audit_chainlink_from_one", condition=models.Q(number__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.number}"

    def computed_hash(self) -> str:
        """What `hash` must be: it covers the place, the link before, and the whole event."""
        return digest(
            canonical(
                {
                    "format": self.FORMAT,
                    "chain": self.chain,
                    "number": self.number,
                    "previous_hash": self.previous_hash,
                    "event": self.event.canonical_form(),
                }
            )
        )
