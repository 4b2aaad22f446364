from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..texts import SERVICE_TEXTS


class ServiceQuerySet(models.QuerySet["Service"]):
    def visible_to(self, user) -> Self:
        """The catalogue is everybody's."""
        return self


class Service(models.Model):
    """A product family: the unit for which administration is counted (rule R26)."""

    key = models.SlugField(_("key"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=100)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("service")
        verbose_name_plural = _("services")

    def __str__(self) -> str:
        return self.name

    @property
    def text(self):
        """What it is, in plain words; none for a service that staff added."""
        return SERVICE_TEXTS.get(self.key)


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user) -> Self:
        """The catalogue is everybody's."""
        return self


class Offer(models.Model):
    """What can be bought; it belongs to exactly one service."""

    offer_id = models.UUIDField(_("offer id"), unique=True)
    sku = models.CharField(_("SKU"), max_length=100)
    name = models.CharField(_("name"), max_length=200)
    service = models.ForeignKey(Service, models.PROTECT, related_name="offers")

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("offer")
        verbose_name_plural = _("offers")

    def __str__(self) -> str:
        return self.name
