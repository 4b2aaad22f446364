from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from customers.models import Customer, CustomerMembership
from customers.rights import CustomerRight
from partnercenter.lib.ids import uuid7
from partnercenter.lib.states import StatefulModel
from partners.models import Partner, PartnerMembership, Partnership

from .certificate import Certificate
from .request import RelationshipRequest
from .reseller_relationship import ResellerRelationship
from .terms import AccessTerms


class DecisionStatus(models.TextChoices):
    OPEN = "open", _("waiting for a decision")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Half(models.TextChoices):
    """The answer on one of the two halves: selling, administration."""

    UNANSWERED = "unanswered", _("not answered")
    NOT_ASKED = "not_asked", _("not asked")
    APPROVED = "approved", _("allowed")
    DECLINED = "declined", _("not allowed")


def partners_concerned_by(request: RelationshipRequest) -> models.QuerySet[Partner]:
    """The requester, who shall administer, and their providers and resellers."""
    askers = {request.partner_id, request.administrator_id}
    pairs = Partnership.objects.current()
    return Partner.objects.filter(
        Q(pk__in=askers)
        | Q(pk__in=pairs.filter(reseller__in=askers).values("provider"))
        | Q(pk__in=pairs.filter(provider__in=askers).values("reseller"))
    )


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user) -> Self:
        """The customer's own; all for staff who may look."""
        if user.is_staff and user.has_perm("relationships.view_decision"):
            return self
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(status=DecisionStatus.OPEN)

    def with_first_approval(self) -> Self:
        """As `has_first_approval`: whether somebody signed while it is open (ADR 0019)."""
        signed = DecisionSignature.objects.filter(decision=OuterRef("pk"))
        return self.annotate(has_first_approval=Exists(signed))


class Decision(StatefulModel):
    """One customer's side of one request."""

    TRANSITIONS = {
        DecisionStatus.OPEN: (
            DecisionStatus.APPROVED,
            DecisionStatus.DECLINED,
            DecisionStatus.WITHDRAWN,
        )
    }

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    request = models.ForeignKey(RelationshipRequest, models.PROTECT, related_name="decisions")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="decisions")
    single_use = models.BooleanField()
    status = models.CharField(max_length=10, choices=DecisionStatus, default=DecisionStatus.OPEN)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    assigned_to = models.ForeignKey(
        CustomerMembership, models.PROTECT, null=True, blank=True, related_name="+"
    )
    selling = models.CharField(max_length=10, choices=Half, default=Half.UNANSWERED)
    administration = models.CharField(max_length=10, choices=Half, default=Half.UNANSWERED)
    granted_terms = models.ForeignKey(
        AccessTerms, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    content = models.TextField(blank=True)
    content_digest = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=10, blank=True)
    texts_version = models.CharField(max_length=64, blank=True)
    reseller_relationship = models.ForeignKey(
        ResellerRelationship, models.PROTECT, null=True, blank=True, related_name="decisions"
    )

    # How many people had to sign the same, by the policy as it stood then (ADR 0019).
    signatures_demanded = models.PositiveSmallIntegerField(default=1)

    certificate = models.OneToOneField(
        Certificate, models.PROTECT, null=True, blank=True, related_name="decision"
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes = [models.Index(fields=["customer", "-opened_at", "-id"], name="decisions_newest")]
        constraints = [
            models.UniqueConstraint(
                name="relationships_one_open_decision",
                fields=["request", "customer"],
                condition=Q(status=DecisionStatus.OPEN),
            ),
            models.UniqueConstraint(
                name="relationships_one_approval_of_single_use",
                fields=["request"],
                condition=Q(status=DecisionStatus.APPROVED, single_use=True),
            ),
            models.CheckConstraint(
                name="relationships_decision_signatures",
                condition=Q(signatures_demanded__in=(1, 2)),
            ),
            models.CheckConstraint(
                name="relationships_decision_is_dated",
                condition=Q(decided_at__isnull=True, status=DecisionStatus.OPEN)
                | (Q(decided_at__isnull=False) & ~Q(status=DecisionStatus.OPEN)),
            ),
            models.CheckConstraint(
                name="relationships_decision_is_whole",
                condition=~Q(status__in=[DecisionStatus.APPROVED, DecisionStatus.DECLINED])
                | (
                    ~Q(selling=Half.UNANSWERED)
                    & ~Q(administration=Half.UNANSWERED)
                    & ~Q(content="")
                    & ~Q(content_digest="")
                ),
            ),
            models.CheckConstraint(
                name="relationships_approval_allows_something",
                condition=(
                    Q(status=DecisionStatus.APPROVED)
                    & (Q(selling=Half.APPROVED) | Q(administration=Half.APPROVED))
                )
                | (
                    ~Q(status=DecisionStatus.APPROVED)
                    & ~Q(selling=Half.APPROVED)
                    & ~Q(administration=Half.APPROVED)
                ),
            ),
            models.CheckConstraint(
                name="relationships_decision_points_to_what_it_allows",
                condition=Q(selling=Half.APPROVED, reseller_relationship__isnull=False)
                | (~Q(selling=Half.APPROVED) & Q(reseller_relationship__isnull=True)),
            ),
            models.CheckConstraint(
                name="relationships_decision_grants_with_administration",
                condition=Q(administration=Half.APPROVED, granted_terms__isnull=False)
                | (~Q(administration=Half.APPROVED) & Q(granted_terms__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} · {self.customer}"

    def get_absolute_url(self) -> str:
        return reverse("relationships:decision", args=[self.customer.slug, self.public_id])

    @property
    def asks_administration(self) -> bool:
        return self.request.terms_id is not None

    def why_not_decidable_by(self, by: Actor) -> str:
        """Why this person does not decide; empty when they do (design 5.4)."""
        if by.user is None or not by.user.is_active:
            return _t("Only a person of the customer decides.")
        return self.why_not_from(self.deciding_places().filter(user=by.user).first())

    @staticmethod
    def why_not_from(place: Any) -> str:
        """The same for one of `deciding_places`, or for none."""
        if place is None:
            return _t("Only a global admin or a partner-relationships admin decides.")
        if place.is_insider:
            return _t("You work for a partner that this request concerns, so you cannot decide.")
        return ""

    def decidable_by(self, by: Actor) -> bool:
        return not self.why_not_decidable_by(by)

    def deciders(self) -> models.QuerySet[CustomerMembership]:
        """The places of those who can decide, for the people who cannot."""
        return self.deciding_places().filter(user__is_active=True, is_insider=False)

    def deciding_places(self) -> models.QuerySet[Any]:
        """Who has the right to decide, and as `is_insider` who works for a concerned partner."""
        insiders = PartnerMembership.objects.current().filter(
            user=OuterRef("user"), partner__in=self.concerned_partners()
        )
        places = self.customer.memberships.having(CustomerRight.DECIDE)
        return places.annotate(is_insider=Exists(insiders))

    def concerned_partners(self) -> models.QuerySet[Partner]:
        return partners_concerned_by(self.request)


class DecisionSignature(models.Model):
    """
    One person's yes: to which content and which grant, and when they last signed in.

    It counts for nothing once the content or the grant is another (ADR 0019).
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="signatures")
    actor = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    content_digest = models.CharField(max_length=64)
    granted_digest = models.CharField(max_length=64)
    # What a first of two persons granted, for the second to read and to sign; else empty.
    answer = models.TextField(blank=True, default="")
    signed_in_again_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="relationships_one_signature_per_person",
                fields=["decision", "actor", "content_digest", "granted_digest"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision} · {self.at:%Y-%m-%d %H:%M}"
