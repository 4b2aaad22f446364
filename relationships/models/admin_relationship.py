from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from customers.models import Customer
from partnercenter.lib.fields import BinaryOrderCharField
from partnercenter.lib.ids import uuid7
from partnercenter.lib.states import StatefulModel, stamps_go_together, stamps_match_status
from partners.models import Partner, SecurityGroup

from .admin_role import AdminRole
from .terms import AccessTerms


class AdminStatus(models.TextChoices):
    """The five states in which an admin relationship rests; Graph's others are passed through."""

    CREATED = "created", _("draft")
    APPROVAL_PENDING = "approvalPending", _("approval pending")
    ACTIVE = "active", _("active")
    EXPIRED = "expired", _("expired")
    TERMINATED = "terminated", _("terminated")


class EndedBecause(models.TextChoices):
    DECLINED = "declined", _("declined by the customer")
    CANCELLED = "cancelled", _("cancelled by the partner")
    LAPSED = "lapsed", _("not answered in time")
    END_REACHED = "end_reached", _("its time was over")
    CUSTOMER = "customer", _("removed by the customer")
    PARTNER = "partner", _("ended by the partner")
    DISPLACED = "displaced", _("another partner now administers the service")
    SELLING_ENDED = "selling_ended", _("the reseller relationship ended")
    RENEWED = "renewed", _("replaced by its renewal")


GRANTED = (AdminStatus.ACTIVE, AdminStatus.EXPIRED)
ENDED = (AdminStatus.EXPIRED, AdminStatus.TERMINATED)
# Roles that were taken by no act of the partner's.
TAKEN = (EndedBecause.CUSTOMER, EndedBecause.DISPLACED)


class AdminRelationshipQuerySet(models.QuerySet["AdminRelationship"]):
    def visible_to(self, user) -> Self:
        """Those to which the user's own organisation is a party."""
        if user.is_staff and user.has_perm("relationships.view_adminrelationship"):
            return self
        return self.filter(
            Q(partner__in=Partner.objects.visible_to(user))
            | Q(customer__in=Customer.objects.visible_to(user))
        )

    def running(self, at: datetime) -> Self:
        """Active and not past their end; a paused one runs on, it only gives no access."""
        return self.filter(status=AdminStatus.ACTIVE, ends_at__gt=at)

    def readable(self, at: datetime) -> Self:
        """What the two sides can read: what ended long ago stays for staff and in the log alone."""
        oldest = at - timedelta(days=365 * settings.ENDED_RECORDS_YEARS)
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=oldest))

    def lost(self) -> Self:
        """Those that were granted and are over, or lost roles; a renewal took nothing away."""
        ended = Q(status__in=ENDED) & ~Q(ended_because=EndedBecause.RENEWED)
        taken = AdminRelationshipRole.objects.filter(
            relationship=OuterRef("pk"), removed_because__in=TAKEN
        )
        return self.filter(ended | Exists(taken), activated_at__isnull=False)

    def holding_a_name(self) -> Self:
        """Those whose name cannot be given again; a request that lapsed gives it back."""
        return self.exclude(ended_because=EndedBecause.LAPSED)

    def privileged(self) -> Self:
        """Those that give a privileged role now; such a one is never extended (rule R-G10)."""
        standing = AdminRelationshipRole.objects.filter(
            relationship=OuterRef("pk"), removed_at__isnull=True, role__privileged=True
        )
        return self.filter(Exists(standing))

    def to_be_extended(self) -> Self:
        """The partner wishes it, the customer said yes, and no role stands in the way."""
        both = self.filter(
            status=AdminStatus.ACTIVE,
            extension_wished_at__isnull=False,
            extension_allowed_at__isnull=False,
        )
        return both.exclude(pk__in=self.model.objects.privileged().values("pk"))

    def past_their_end(self, at: datetime) -> Self:
        return self.filter(status=AdminStatus.ACTIVE, ends_at__lte=at)


class AdminRelationship(StatefulModel):
    """One grant of delegated administration, from draft to end (GDAP's admin relationship)."""

    TRANSITIONS = {
        AdminStatus.CREATED: (AdminStatus.APPROVAL_PENDING, AdminStatus.TERMINATED),
        AdminStatus.APPROVAL_PENDING: (AdminStatus.ACTIVE, AdminStatus.TERMINATED),
        AdminStatus.ACTIVE: (AdminStatus.EXPIRED, AdminStatus.TERMINATED),
    }

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="admin_relationships")
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="admin_relationships"
    )
    name = models.CharField(_("name"), max_length=50)
    name_key = BinaryOrderCharField(max_length=100)
    asked_terms = models.ForeignKey(AccessTerms, models.PROTECT, related_name="+")
    granted_terms = models.ForeignKey(
        AccessTerms, models.PROTECT, null=True, blank=True, related_name="+"
    )
    request = models.ForeignKey(
        "relationships.RelationshipRequest", models.PROTECT, related_name="admin_relationships"
    )
    decision = models.OneToOneField(
        "relationships.Decision",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="admin_relationship",
    )
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals"
    )
    status = models.CharField(max_length=20, choices=AdminStatus, default=AdminStatus.CREATED)
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    ended_because = models.CharField(max_length=20, choices=EndedBecause, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    extension_wished_at = models.DateTimeField(null=True, blank=True)
    extension_wished_by = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="+"
    )
    extension_allowed_at = models.DateTimeField(null=True, blank=True)
    extension_allowed_by = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # When the clock next looks whether somebody is to be reminded of the end; none while null.
    remind_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = AdminRelationshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("admin relationship")
        verbose_name_plural = _("admin relationships")
        indexes = [
            models.Index(fields=["customer", "status"], name="relationships_admin_customer"),
            # What one partner has with one customer, however many customers it has.
            models.Index(
                fields=["partner", "customer", "ends_at"],
                name="relationships_admin_pair",
                condition=Q(status=AdminStatus.ACTIVE),
            ),
            models.Index(
                fields=["partner", "ends_at", "id"],
                name="relationships_admin_ending",
                condition=Q(status=AdminStatus.ACTIVE),
            ),
            models.Index(
                fields=["partner", "-ended_at", "-id"],
                name="relationships_admin_ended",
                condition=Q(ended_at__isnull=False),
            ),
            models.Index(
                fields=["ends_at"],
                name="relationships_admin_end",
                condition=Q(status=AdminStatus.ACTIVE),
            ),
            models.Index(
                fields=["remind_at"],
                name="relationships_admin_remind",
                condition=Q(status=AdminStatus.ACTIVE, remind_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="relationships_admin_name_once_per_partner",
                fields=["partner", "name_key"],
                condition=~Q(ended_because=EndedBecause.LAPSED),
            ),
            models.UniqueConstraint(
                name="relationships_admin_one_renewal_waits",
                fields=["supersedes"],
                condition=Q(status=AdminStatus.APPROVAL_PENDING),
            ),
            models.CheckConstraint(name="relationships_admin_name_is_given", condition=~Q(name="")),
            models.CheckConstraint(
                name="relationships_admin_grant_is_whole",
                condition=Q(
                    activated_at__isnull=True,
                    customer__isnull=True,
                    granted_terms__isnull=True,
                    decision__isnull=True,
                    ends_at__isnull=True,
                )
                | Q(
                    activated_at__isnull=False,
                    customer__isnull=False,
                    granted_terms__isnull=False,
                    decision__isnull=False,
                    ends_at__gt=models.F("activated_at"),
                ),
            ),
            models.CheckConstraint(
                name="relationships_admin_granted_when_active",
                condition=~Q(status__in=GRANTED) | Q(activated_at__isnull=False),
            ),
            models.CheckConstraint(
                name="relationships_admin_not_granted_before",
                condition=~Q(status__in=[AdminStatus.CREATED, AdminStatus.APPROVAL_PENDING])
                | Q(activated_at__isnull=True),
            ),
            stamps_match_status("ended", *ENDED),
            models.CheckConstraint(
                name="relationships_admin_end_has_a_cause",
                condition=(Q(status__in=ENDED) & ~Q(ended_because=""))
                | (~Q(status__in=ENDED) & Q(ended_because="")),
            ),
            models.CheckConstraint(
                name="relationships_admin_paused_while_active",
                condition=Q(paused_at__isnull=True) | Q(activated_at__isnull=False),
            ),
            stamps_go_together("paused"),
            stamps_go_together("extension_wished"),
            stamps_go_together("extension_allowed"),
        ]

    def __str__(self) -> str:
        return self.name


class AdminRelationshipRole(models.Model):
    """A role of one grant, and when it was taken away."""

    relationship = models.ForeignKey(
        AdminRelationship, models.PROTECT, related_name="granted_roles"
    )
    role = models.ForeignKey(AdminRole, models.PROTECT, related_name="grants")
    granted_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    removed_because = models.CharField(max_length=20, choices=EndedBecause, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["removed_at"],
                name="relationships_role_lost",
                condition=Q(removed_because__in=["customer", "displaced"]),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="relationships_role_once_per_grant", fields=["relationship", "role"]
            ),
            models.CheckConstraint(
                name="relationships_role_removal_is_whole",
                condition=Q(removed_at__isnull=True, removed_by__isnull=True, removed_because="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removed_because="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} · {self.relationship}"


class AssignmentStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    DELETED = "deleted", _("deleted")


class AccessAssignment(StatefulModel):
    """Roles of a grant, given to one of the partner's groups (GDAP's access assignment)."""

    TRANSITIONS = {AssignmentStatus.ACTIVE: (AssignmentStatus.DELETED,)}

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    relationship = models.ForeignKey(AdminRelationship, models.PROTECT, related_name="assignments")
    group = models.ForeignKey(SecurityGroup, models.PROTECT, related_name="assignments")
    roles = models.ManyToManyField(AdminRole, related_name="+")
    status = models.CharField(
        max_length=10, choices=AssignmentStatus, default=AssignmentStatus.ACTIVE
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="relationships_one_assignment_per_group",
                fields=["relationship", "group"],
                condition=Q(status=AssignmentStatus.ACTIVE),
            ),
            stamps_match_status("deleted", AssignmentStatus.DELETED),
        ]

    def __str__(self) -> str:
        return f"{self.group} · {self.relationship}"
