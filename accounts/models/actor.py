from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from partnercenter.lib.ids import uuid7


@dataclass(frozen=True)
class Origin:
    """Where an act came from; it is kept only in the log's sealed part."""

    address: str = ""
    user_agent: str = ""


class ActorKind(models.TextChoices):
    USER = "user", _("person")
    API_CLIENT = "api_client", _("API client")
    CLOCK = "clock", _("clock")
    COMMAND = "command", _("command")


class ActorQuerySet(models.QuerySet["Actor"]):
    def of(self, user) -> "Actor":
        """The actor that stands for this person."""
        actor, _made = self.get_or_create(user=user, defaults={"kind": ActorKind.USER})
        return actor

    def clock(self) -> "Actor":
        actor, _made = self.get_or_create(kind=ActorKind.CLOCK, user=None, name="clock")
        return actor

    def command(self, name: str) -> "Actor":
        actor, _made = self.get_or_create(kind=ActorKind.COMMAND, user=None, name=name)
        return actor


class Actor(models.Model):
    """Who acted: a person, an API client, the clock or a command; it outlives the account."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=ActorKind)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="actor"
    )
    name = models.CharField(max_length=150, blank=True)

    # Known while the act lasts, never stored with the actor.
    origin: Origin = Origin()
    signed_in_again_at: datetime | None = None

    objects = ActorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="accounts_actor_one_per_name",
                fields=["kind", "name"],
                condition=~models.Q(kind=ActorKind.USER),
            ),
            models.CheckConstraint(
                name="accounts_actor_only_people_have_accounts",
                condition=models.Q(user__isnull=True) | models.Q(kind=ActorKind.USER),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name and address of a person, else what acted."""
        if self.user is not None:
            return f"{self.user.name} <{self.user.email}>" if self.user.name else self.user.email
        if self.kind == ActorKind.USER:
            return _t("a person whose account was deleted")
        return self.name

    @property
    def acts_for_operator(self) -> bool:
        """Commands run on the operator's machine, by the operator's hand."""
        if self.kind == ActorKind.COMMAND:
            return True
        return self.user is not None and self.user.is_active and self.user.is_staff

    def has_perm(self, permission: str) -> bool:
        """Whether this actor may do this across all organisations, as the operator's staff."""
        if self.kind == ActorKind.COMMAND:
            return True
        return self.acts_for_operator and self.user is not None and self.user.has_perm(permission)
