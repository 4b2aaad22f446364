from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from audit.log import Side, record
from mail import outbox
from partnercenter.lib.ids import new_token, uuid7
from partnercenter.lib.names import name_key
from partnercenter.lib.refusals import Refused
from partnercenter.lib.states import StatefulModel, moment, stamps_go_together
from partners.models import Partner, PartnerKind, PartnerStatus, SecurityGroup
from partners.rights import PartnerRight

from .admin_relationship import AdminRelationship, AdminStatus, EndedBecause
from .admin_role import AdminRole
from .terms import AccessTerms


class RequestRefused(Refused):
    """The partner may not ask this, or not now; the message is for people."""


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


OVER = (
    RequestStatus.DECIDED,
    RequestStatus.DECLINED,
    RequestStatus.CANCELLED,
    RequestStatus.EXPIRED,
    RequestStatus.ROTATED,
)


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

    @transaction.atomic
    def create_single(
        self,
        *,
        by: Actor,
        partner: Partner,
        name: str,
        asks_selling: bool,
        roles: Iterable[AdminRole] = (),
        days: int = 0,
        auto_extend: bool = False,
        groups: Iterable[SecurityGroup] | None = None,
        addressed_email: str = "",
        reason: str = "",
        lifetime_days: int | None = None,
        at: datetime | None = None,
    ) -> "RelationshipRequest":
        """Ask one customer, once: the link works for a single approval."""
        roles = list(roles)
        partner.lock()
        at = moment(at)
        RelationshipRequest.check_askable(
            by=by, partner=partner, asks_selling=asks_selling, roles=roles, days=days
        )
        if (
            AdminRelationship.objects.filter(partner=partner, name_key=name_key(name))
            .exclude(ended_because=EndedBecause.LAPSED)
            .exists()
            and roles
        ):
            raise RequestRefused(
                _t("You have used the name “%(name)s” before. Choose another.") % {"name": name}
            )
        terms = None
        if roles:
            if groups is None:
                groups = partner.security_groups.filter(built_in=True)
            terms = AccessTerms.objects.write(
                roles=roles, days=days, auto_extend=auto_extend, groups=groups
            )
        request = self.create(
            partner=partner,
            administrator=partner,
            kind=RequestKind.SINGLE,
            name=name,
            asks_selling=asks_selling,
            terms=terms,
            reason=reason,
            addressed_email=addressed_email.strip().lower(),
            status=RequestStatus.OPEN,
            expires_at=at + timedelta(days=lifetime_days or settings.REQUEST_DAYS_DEFAULT),
            token=new_token(),
            created_at=at,
            created_by=by,
        )
        if terms:
            request.admin_relationships.create(
                partner=request.administrator,
                name=name,
                name_key=name_key(name),
                asked_terms=terms,
                status=AdminStatus.APPROVAL_PENDING,
                created_at=at,
                extension_wished_at=at if auto_extend else None,
                extension_wished_by=by if auto_extend else None,
            )
        request.record(
            "request.created",
            by=by,
            at=at,
            details={
                "asks_selling": asks_selling,
                "roles": sorted(str(role.template_id) for role in roles),
                "days": days if roles else None,
            },
        )
        return request


class RelationshipRequest(StatefulModel):
    """A partner's request to a customer: the link, and what stands behind it."""

    TRANSITIONS = {
        RequestStatus.DRAFT: (RequestStatus.OPEN,),
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
    status = models.CharField(max_length=10, choices=RequestStatus, default=RequestStatus.DRAFT)
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
        indexes = [models.Index(fields=["partner", "-created_at", "-id"], name="requests_newest")]
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
                | Q(expires_at__isnull=True, status=RequestStatus.DRAFT)
                | (
                    Q(expires_at__isnull=False, kind=RequestKind.SINGLE)
                    & ~Q(status=RequestStatus.DRAFT)
                ),
            ),
            models.CheckConstraint(
                name="relationships_request_link_unless_draft",
                condition=Q(token__isnull=True, status=RequestStatus.DRAFT)
                | (Q(token__isnull=False) & ~Q(status=RequestStatus.DRAFT)),
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

    @property
    def link(self) -> str:
        """The address that the customer opens; it holds nothing but the token (rule R4)."""
        return settings.SITE_URL + reverse("relationships:landing", args=[self.token])

    @property
    def is_addressed(self) -> bool:
        return bool(self.addressed_email or self.addressed_tenant_id or self.addressed_domain)

    @property
    def single_use(self) -> bool:
        return self.kind == RequestKind.SINGLE

    def asked_roles(self) -> list[AdminRole]:
        if self.terms is None:
            return []
        return list(self.terms.roles.select_related("service").order_by("name"))

    @staticmethod
    def check_askable(
        *, by: Actor, partner: Partner, asks_selling: bool, roles: list[AdminRole], days: int
    ) -> None:
        """Who may ask what, before anything is written (rules R14, R45, R61; design 5.2)."""
        if not RelationshipRequest.makeable_by(by, partner, with_roles=bool(roles)):
            raise PermissionDenied
        if why := RelationshipRequest.why_not_requesting(partner):
            raise RequestRefused(why)
        if not asks_selling and not roles:
            raise RequestRefused(_t("Ask for selling, for roles, or for both."))
        if asks_selling and partner.kind == PartnerKind.ADVISOR:
            raise RequestRefused(_t("An advisor does not sell. Ask for roles only."))
        if not roles:
            return
        if not 1 <= days <= settings.ADMINISTRATION_DAYS_MAX:
            raise RequestRefused(
                _t("Administration lasts from 1 to %(most)d days.")
                % {"most": settings.ADMINISTRATION_DAYS_MAX}
            )
        privileged = [role.name for role in roles if role.privileged]
        if privileged and days > settings.PRIVILEGED_DAYS_MAX:
            raise RequestRefused(
                _t("With privileged roles (%(roles)s) at most %(most)d days can be granted.")
                % {"roles": ", ".join(privileged), "most": settings.PRIVILEGED_DAYS_MAX}
            )

    @staticmethod
    def makeable_by(by: Actor, partner: Partner, *, with_roles: bool) -> bool:
        if by.user is None or not by.user.is_active:
            return False
        right = PartnerRight.REQUEST_ROLES if with_roles else PartnerRight.REQUEST_SELLING
        return partner.memberships.having(right).filter(user=by.user).exists()

    @staticmethod
    def why_not_requesting(partner: Partner) -> str:
        """Why this partner can make no request now; empty when it can."""
        if partner.status == PartnerStatus.SUSPENDED:
            return _t(
                "Your organisation is suspended. It can make no request until the operator "
                "restores it."
            )
        if not partner.verified:
            return _t(
                "The operator has not verified your organisation yet. Requests can be made once "
                "it has."
            )
        if partner.kind == PartnerKind.INDIRECT_RESELLER:
            return _t("An indirect reseller uses the requests of its indirect provider.")
        return ""

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
        return ""

    @transaction.atomic
    def send(self, *, by: Actor, at: datetime | None = None) -> None:
        """Have the mail with the link sent from the operator's address, on the partner's behalf."""
        self.partner.lock()
        self.lock()
        at = moment(at)
        if not self.makeable_by(by, self.partner, with_roles=self.terms_id is not None):
            raise PermissionDenied
        if why := self.why_not_requesting(self.partner) or self.why_unanswerable(at):
            raise RequestRefused(why)
        if not self.addressed_email:
            raise RequestRefused(_t("This request names no e-mail address."))
        if self.sent_at is not None:
            raise RequestRefused(_t("This request has been sent already."))
        self.sent_at, self.sent_by = at, by
        self.save(update_fields=["sent_at", "sent_by"])
        outbox.send(
            "request",
            to=self.addressed_email,
            context={
                "partner": self.partner.name,
                "partner_domain": self.partner.primary_domain,
                "sender": by.user.name if by.user else "",
                "reason": self.reason,
                "asks_selling": self.asks_selling,
                "roles": [role.name for role in self.asked_roles()],
                "days": self.terms.days if self.terms else 0,
                "link": self.link,
                "expires_at": self.expires_at,
            },
            key=f"request:{self.public_id}:sent",
            forget=True,
        )
        self.record("request.sent", by=by, at=at)
