from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from partnercenter.lib.ids import uuid7
from partnercenter.lib.states import stamps_go_together

from ..rights import Agent
from .membership import PartnerMembership
from .partner import Partner


class SecurityGroupQuerySet(models.QuerySet["SecurityGroup"]):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def visible_to(self, user) -> Self:
        return self.filter(partner__in=Partner.objects.visible_to(user))

    def with_people(self) -> Self:
        """Those in which somebody is now who can sign in."""
        places = PartnerMembership.objects.current().filter(user__is_active=True)
        agents = places.filter(partner=OuterRef("partner"), agent=Agent.ADMIN_AGENT)
        members = SecurityGroupMember.objects.filter(
            group=OuterRef("pk"), removed_at__isnull=True, membership__in=places
        )
        return self.filter(Q(Exists(agents), built_in=True) | Q(Exists(members), built_in=False))


class SecurityGroup(models.Model):
    """A partner's named group of people, to which a customer's roles are assigned."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="security_groups")
    name = models.CharField(_("name"), max_length=100)
    built_in = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")

    objects = SecurityGroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="partners_group_one_open_per_name",
                fields=["partner", "name"],
                condition=models.Q(closed_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="partners_group_one_built_in",
                fields=["partner"],
                condition=models.Q(built_in=True),
            ),
            models.CheckConstraint(
                name="partners_group_built_in_stays",
                condition=models.Q(built_in=False) | models.Q(closed_at__isnull=True),
            ),
            stamps_go_together("closed"),
        ]

    def __str__(self) -> str:
        return self.name

    def people(self) -> models.QuerySet[PartnerMembership]:
        """Who is in it now; the built-in group holds exactly the admin agents."""
        current = self.partner.memberships.current()
        if self.built_in:
            return current.filter(agent=Agent.ADMIN_AGENT)
        return current.filter(group_places__group=self, group_places__removed_at__isnull=True)


class SecurityGroupMember(models.Model):
    """One person's time in a group."""

    group = models.ForeignKey(SecurityGroup, models.PROTECT, related_name="places")
    membership = models.ForeignKey(PartnerMembership, models.PROTECT, related_name="group_places")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="partners_group_member_once",
                fields=["group", "membership"],
                condition=models.Q(removed_at__isnull=True),
            ),
            stamps_go_together("removed"),
        ]

    def __str__(self) -> str:
        return f"{self.membership} · {self.group}"
