from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from partnercenter.lib.states import stamps_go_together

from ..rights import RIGHTS, Admin, Agent, PartnerRight
from .partner import Partner


class PartnerMembershipQuerySet(models.QuerySet["PartnerMembership"]):
    def current(self) -> Self:
        return self.filter(removed_at__isnull=True)

    def ruling(self) -> Self:
        """The global admins who can sign in: an account that was switched off rules nothing."""
        return self.current().filter(admin=Admin.GLOBAL_ADMIN, user__is_active=True)

    def visible_to(self, user) -> Self:
        """The user's own places in partners."""
        return self.current().filter(user=user).select_related("partner")

    def having(self, right: PartnerRight) -> Self:
        holders = RIGHTS[right]
        return self.current().filter(models.Q(agent__in=holders) | models.Q(admin__in=holders))


class PartnerMembership(models.Model):
    """A person's place in a partner: an agent setting and an admin setting (domain rules 2.1)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="partner_memberships"
    )
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="memberships")
    agent = models.CharField(_("agent setting"), max_length=30, choices=Agent, default=Agent.NONE)
    admin = models.CharField(_("admin setting"), max_length=30, choices=Admin, default=Admin.NONE)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")

    objects = PartnerMembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="partners_membership_one_current",
                fields=["user", "partner"],
                condition=models.Q(removed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="partners_membership_has_a_role",
                condition=~models.Q(agent=Agent.NONE, admin=Admin.NONE),
            ),
            stamps_go_together("removed"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.partner}"

    @property
    def organisation(self) -> Partner:
        return self.partner

    def may(self, right: PartnerRight) -> bool:
        """Whether the tables of design section 6 give this right to one of the two settings."""
        return bool(RIGHTS[right] & {self.agent, self.admin})

    @property
    def rules(self) -> bool:
        """Whether the person is one of the partner's global admins."""
        return self.admin == Admin.GLOBAL_ADMIN

    def manages(self, *, admin: str) -> bool:
        """
        Whether this person gives, changes and takes away places with such an admin setting.

        A user-management admin manages people and no admins (domain rules 2.2).
        """
        return self.may(PartnerRight.MANAGE_PEOPLE) and (self.rules or admin == Admin.NONE)

    @property
    def role_label(self) -> str:
        labels = [
            str(label)
            for value, label in (
                (self.agent, self.get_agent_display()),
                (self.admin, self.get_admin_display()),
            )
            if value != Agent.NONE
        ]
        return ", ".join(labels)
