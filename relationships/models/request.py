from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from audit.log import Side, record
from partnercenter.lib.ids import uuid7
from partnercenter.lib.sealing import SealedTextField
from partnercenter.lib.states import StatefulModel, stamps_go_together
from partners.models import Partner, PartnerStatus

from .admin_role import AdminRole
from .terms import AccessTerms


class RequestKind(models.TextChoices):
    STANDING = "standing", _("standing link")
    SINGLE = "single", _("single request")


class RequestStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    OPEN = "open", _("open")
    DECIDED = "decided", _("decided")
    DECLINED = "declined", _("declined")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")
    ROTATED = "rotated", _("rotated")


WAITING = (RequestStatus.DRAFT, RequestStatus.OPEN)
ANSWERED = (RequestStatus.DECIDED, RequestStatus.DECLINED)
UNANSWERED = (RequestStatus.CANCELLED, RequestStatus.EXPIRED, RequestStatus.ROTATED)
OVER = (*ANSWERED, *UNANSWERED)


WHY_OVER: dict[str, Any] = {
    RequestStatus.DRAFT: _("This request is not finished."),
    RequestStatus.DECIDED: _("This request has been decided."),
    RequestStatus.DECLINED: _("This request was declined."),
    RequestStatus.CANCELLED: _("The partner has cancelled this request."),
    RequestStatus.EXPIRED: _("This request has expired. Ask the partner to send it again."),
    RequestStatus.ROTATED: _("The partner has replaced this link by a new one."),
}


class RelationshipRequestQuerySet(models.QuerySet["RelationshipRequest"]):
    def visible_to(self, user) -> Self:
        """The partner's own; all for staff who may look."""
        if user.is_staff and user.has_perm("relationships.view_relationshiprequest"):
            return self
        return self.filter(partner__in=Partner.objects.visible_to(user))

    def with_token(self, token: str) -> Self:
        """The one that a link leads to: the token is the right to read it."""
        return self.filter(token=token)

    def open(self) -> Self:
        return self.filter(status=RequestStatus.OPEN)

    def single(self) -> Self:
        return self.filter(kind=RequestKind.SINGLE)

    def standing(self) -> Self:
        """A partner's standing links: at most one of them is open."""
        return self.filter(kind=RequestKind.STANDING)

    def sent_since(self, at: datetime) -> Self:
        """Those whose mail was sent after this moment, the latest first."""
        return self.filter(sent_at__gt=at).order_by("-sent_at")


class RelationshipRequest(StatefulModel):
    """A partner's request to a customer: the link, and what stands behind it."""

    TRANSITIONS = {
        RequestStatus.DRAFT: (RequestStatus.OPEN, RequestStatus.CANCELLED),
        RequestStatus.OPEN: OVER,
    }

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="requests")
    administrator = models.ForeignKey(
        Partner, models.PROTECT, related_name="requests_to_administer"
    )
    kind = models.CharField(max_length=10, choices=RequestKind)
    name = models.CharField(_("name"), max_length=50)
    asks_selling = models.BooleanField(default=True)
    terms = models.ForeignKey(AccessTerms, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    addressed_email = models.EmailField(blank=True)
    addressed_tenant_id = models.UUIDField(null=True, blank=True)
    addressed_domain = models.CharField(max_length=253, blank=True)
    # What the partner typed as the customer's request code; the customer's policy compares it.
    request_code = SealedTextField(_("request code"), blank=True, default="")
    status = models.CharField(max_length=10, choices=RequestStatus, default=RequestStatus.DRAFT)
    lifetime_days = models.PositiveSmallIntegerField(
        _("days for which it waits"), default=settings.REQUEST_DAYS_DEFAULT
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    token = models.CharField(max_length=64, null=True, blank=True, unique=True)
    first_paragraph = models.CharField(max_length=1000, blank=True)
    second_paragraph = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = RelationshipRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        indexes = [
            models.Index(fields=["partner", "-created_at", "-id"], name="requests_newest"),
            models.Index(
                fields=["partner", "-created_at", "-id"],
                name="requests_waiting",
                condition=Q(status__in=WAITING),
            ),
            models.Index(
                fields=["partner", "-sent_at"],
                name="requests_sent",
                condition=Q(sent_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="relationships_request_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="relationships_request_asks_something",
                condition=Q(asks_selling=True) | Q(terms__isnull=False),
            ),
            models.CheckConstraint(
                name="relationships_request_one_address",
                condition=Q(addressed_tenant_id__isnull=True, addressed_domain="")
                | Q(addressed_email="", addressed_domain="")
                | Q(addressed_email="", addressed_tenant_id__isnull=True),
            ),
            models.CheckConstraint(
                name="relationships_request_ends_unless_standing_or_draft",
                condition=Q(expires_at__isnull=True, kind=RequestKind.STANDING)
                | Q(expires_at__isnull=True, token__isnull=True)
                | Q(expires_at__isnull=False, token__isnull=False, kind=RequestKind.SINGLE),
            ),
            # A draft has no link, nor has one that was discarded.
            models.CheckConstraint(
                name="relationships_request_link_unless_draft",
                condition=Q(
                    token__isnull=True, status__in=[RequestStatus.DRAFT, RequestStatus.CANCELLED]
                )
                | (Q(token__isnull=False) & ~Q(status=RequestStatus.DRAFT)),
            ),
            models.CheckConstraint(
                name="relationships_request_waits_for_a_day",
                condition=Q(lifetime_days__gte=1),
            ),
            models.UniqueConstraint(
                name="relationships_one_open_standing_link",
                fields=["partner"],
                condition=Q(kind=RequestKind.STANDING, status=RequestStatus.OPEN),
            ),
            models.CheckConstraint(
                name="relationships_request_closed_when_over",
                condition=Q(closed_at__isnull=False, closed_by__isnull=False, status__in=OVER)
                | (Q(closed_at__isnull=True, closed_by__isnull=True) & ~Q(status__in=OVER)),
            ),
            stamps_go_together("sent"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("relationships:request-detail", args=[self.partner.slug, self.public_id])

    def renews(self) -> Any:
        """The running administration whose place this request wants to take (renewal)."""
        # It is always addressed to the customer itself.
        if self.terms_id is None or self.addressed_tenant_id is None:
            return None
        own = self.admin_relationships.select_related("supersedes").first()
        return own.supersedes if own else None

    @property
    def link(self) -> str:
        """The address that the customer opens; it holds nothing but the token (rule R4)."""
        if self.token is None:
            return ""
        return settings.SITE_URL + reverse("relationships:landing", args=[self.token])

    @property
    def is_addressed(self) -> bool:
        return bool(self.addressed_email or self.addressed_tenant_id or self.addressed_domain)

    @property
    def addressed_to(self) -> str:
        """Whom the partner named, in the partner's own words; who stands behind it is not told."""
        return self.addressed_email or self.addressed_domain or str(self.addressed_tenant_id or "")

    @property
    def is_standing(self) -> bool:
        return self.kind == RequestKind.STANDING

    @property
    def is_draft(self) -> bool:
        return self.status == RequestStatus.DRAFT

    @property
    def is_open(self) -> bool:
        return self.status == RequestStatus.OPEN

    @property
    def single_use(self) -> bool:
        return self.kind == RequestKind.SINGLE

    @property
    def days_asked(self) -> int:
        return self.terms.days if self.terms else 0

    def asked_roles(self) -> list[AdminRole]:
        if self.terms is None:
            return []
        return list(self.terms.roles.select_related("service").order_by("name"))

    def record(
        self,
        kind: str,
        *,
        by: Actor,
        at: datetime,
        side: str = Side.PARTNER,
        customer: Any = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        record(
            kind,
            by=by,
            at=at,
            side=side,
            subject=("request", str(self.public_id)),
            customer=customer.party if customer else None,
            partner=self.partner.party,
            details=details,
        )

    def past_its_end(self, at: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= at

    def why_unanswerable(self, at: datetime) -> str:
        """Why nobody can decide on it any more, or now; empty when one can."""
        if self.status in WHY_OVER:
            return str(WHY_OVER[self.status])
        if self.past_its_end(at):
            return str(WHY_OVER[RequestStatus.EXPIRED])
        askers = (self.partner, self.administrator)
        if any(not asker.verified for asker in askers):
            return _t("The operator has not verified this partner.")
        if any(asker.status == PartnerStatus.SUSPENDED for asker in askers):
            return _t("This partner is suspended. Nothing can be approved until it is restored.")
        if self.administrator_id != self.partner_id and not self.administrator.is_reseller_of(
            self.partner
        ):
            return _t("The two partners of this request no longer work together.")
        return ""
