from collections.abc import Iterable
from typing import Self

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from subscriptions.models import Service

from ..role_texts import ROLE_TEXTS


class Administers(models.TextChoices):
    """Which services a role administers (rule R26)."""

    OWN = "yes", _("its service")
    NONE = "no", _("none")
    ALL = "all", _("every service that has such a role")


class AdminRoleQuerySet(models.QuerySet["AdminRole"]):
    def visible_to(self, user) -> Self:
        """The catalogue is everybody's."""
        return self

    def held(self, roles: Iterable["AdminRole"]) -> list["AdminRole"]:
        """
        These roles, as what a grant rests on: until the transaction ends nobody edits them.

        A grant's foreign keys hold them only at the commit, when their columns have been read.
        Many may hold a role at once, which Django's own locks do not allow; SQLite has one writer.
        """
        keys = sorted(role.pk for role in roles)
        if keys and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT 1 FROM relationships_adminrole WHERE id = ANY(%s) "
                    "ORDER BY id FOR KEY SHARE",
                    [keys],
                )
        return list(self.filter(pk__in=keys).order_by("pk"))


class AdminRole(models.Model):
    """A directory role that a customer can delegate to a partner."""

    template_id = models.UUIDField(_("template id"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    service = models.ForeignKey(Service, models.PROTECT, related_name="admin_roles")
    administers = models.CharField(_("administers"), max_length=5, choices=Administers)
    privileged = models.BooleanField(_("privileged"), default=False)
    blocks_auto_extend = models.BooleanField(_("rules out automatic extension"), default=False)
    marks = models.CharField(_("lists"), max_length=50, blank=True)

    objects = AdminRoleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("role")
        verbose_name_plural = _("roles")

    def __str__(self) -> str:
        return self.name

    def administers_service(self, service: Service) -> bool:
        """Whether it administers a service that some role administers (rule R26)."""
        own = self.administers == Administers.OWN and self.service_id == service.pk
        return own or self.administers == Administers.ALL

    @property
    def text(self):
        """What it can and cannot do, in plain words; none for a role that staff added."""
        return ROLE_TEXTS.get(str(self.template_id))
