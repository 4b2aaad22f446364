from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import (
    Actor,
    Invitation,
    InvitationQuerySet,
    InvitationRefused,
    invitation_constraints,
)
from mail import outbox
from partnercenter.lib.reasons import given_reason
from partnercenter.lib.states import moment

from ..rights import Admin, Agent
from ..staff_rights import EDIT
from .membership import PartnerMembership
from .partner import Partner


class PartnerInvitationQuerySet(InvitationQuerySet["PartnerInvitation"]):
    @transaction.atomic
    def invite(
        self,
        *,
        by: Actor,
        partner: Partner,
        email: str,
        agent: str = Agent.NONE,
        admin: str = Admin.NONE,
        reason: str = "",
        at: datetime | None = None,
    ) -> "PartnerInvitation":
        """Offer a place by mail; the answer never tells whether the person exists."""
        if not PartnerInvitation.sendable_by(by, partner, admin=admin):
            raise PermissionDenied(_("Only a global admin hands out admin roles."))
        if by.acts_for_operator:
            reason = given_reason(reason)
        partner.lock()
        at = moment(at)
        invitation = self.create(
            partner=partner,
            email=email.strip().lower(),
            agent=agent,
            admin=admin,
            invited_at=at,
            invited_by=by,
            expires_at=at + Invitation.lifetime(),
        )
        partner.record(
            "partner.invited",
            by=by,
            at=at,
            details={
                "invitation": str(invitation.public_id),
                "agent": agent,
                "admin": admin,
                "reason": reason,
            },
        )
        outbox.send(
            "invitation",
            to=invitation.email,
            context={
                "organisation": partner.name,
                "role": invitation.role_label,
                "link": settings.SITE_URL + invitation.get_absolute_url(),
                "expires_at": invitation.expires_at,
            },
            key=f"invitation:{invitation.public_id}",
            forget=True,
        )
        return invitation


class PartnerInvitation(Invitation):
    """A place in a partner, offered by mail."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="invitations")
    agent = models.CharField(max_length=30, choices=Agent, default=Agent.NONE)
    admin = models.CharField(max_length=30, choices=Admin, default=Admin.NONE)

    objects = PartnerInvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            *invitation_constraints("partners"),
            models.CheckConstraint(
                name="partners_invitation_has_a_role",
                condition=~models.Q(agent=Agent.NONE, admin=Admin.NONE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.partner}"

    def get_absolute_url(self) -> str:
        return reverse("relationships:invitation", args=[self.token])

    @property
    def organisation(self) -> Partner:
        return self.partner

    @property
    def role_label(self) -> str:
        return PartnerMembership(agent=self.agent, admin=self.admin).role_label

    @staticmethod
    def sendable_by(by: Actor, partner: Partner, *, admin: str = Admin.NONE) -> bool:
        """Staff, or who manages the partner's people and may hand out this admin setting."""
        if by.has_perm(EDIT):
            return True
        if by.user is None or not by.user.is_active:
            return False
        own = partner.memberships.current().filter(user=by.user).first()
        return own is not None and own.manages(admin=admin)

    @transaction.atomic
    def accept(self, *, by: Actor, at: datetime | None = None) -> PartnerMembership:
        """The invited person takes the place."""
        self.partner.lock()
        at = moment(at)
        user = self.take_up(by=by, at=at)
        if self.partner.memberships.current().filter(user=user).exists():
            raise InvitationRefused(_("You belong to this organisation already."))
        membership = self.partner.memberships.create(
            user=user, agent=self.agent, admin=self.admin, created_at=at, created_by=by
        )
        self.partner.record(
            "partner.invitation_accepted",
            by=by,
            at=at,
            details={
                "invitation": str(self.public_id),
                "agent": self.agent,
                "admin": self.admin,
            },
        )
        return membership
