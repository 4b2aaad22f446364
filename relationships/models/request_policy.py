import secrets
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from customers.models import Customer
from partnercenter.lib.ids import uuid7
from partnercenter.lib.sealing import SealedTextField
from partnercenter.lib.states import Lockable, stamps_go_together
from partners.models import Partner

from .request import RelationshipRequest

MOST_ROLES, LONGEST_DAYS, LONGEST_QUIET = 100, 730, 365
# Without letters and digits that are taken for one another when a code is read aloud.
SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10


class WhoMayAsk(models.TextChoices):
    """Whose requests a customer lets in; the deny list holds for each of them."""

    ANYONE = "anyone", _("every partner")
    KNOWN = "known", _("partners that we know")
    LISTED = "listed", _("partners on our allow list")


def in_range(column: str, least: int, most: int) -> models.CheckConstraint:
    """No limit, or one that means something."""
    return models.CheckConstraint(
        name=f"relationships_request_policy_{column}",
        condition=Q(**{f"{column}__isnull": True}) | Q(**{f"{column}__range": (least, most)}),
    )


class RequestPolicyQuerySet(models.QuerySet["RequestPolicy"]):
    def visible_to(self, user) -> Self:
        """The customer's own."""
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def of(self, customer: Customer) -> "RequestPolicy":
        """The policy in force; a customer that never made one lets every request in."""
        return self.filter(customer=customer).first() or self.model(customer=customer)


class RequestPolicy(Lockable):
    """What a customer lets partners ask: the rules that a request meets before any person does."""

    customer = models.OneToOneField(Customer, models.PROTECT, related_name="request_policy")
    who = models.CharField(
        _("who may ask"), max_length=10, choices=WhoMayAsk, default=WhoMayAsk.ANYONE
    )
    most_roles = models.PositiveSmallIntegerField(_("most roles"), null=True, blank=True)
    longest_days = models.PositiveSmallIntegerField(
        _("longest time in days"), null=True, blank=True
    )
    never_privileged = models.BooleanField(_("privileged roles never"), default=False)
    second_person = models.BooleanField(_("two people for privileged roles"), default=False)
    quiet_days = models.PositiveSmallIntegerField(_("quiet days"), null=True, blank=True)
    code = SealedTextField(_("request code"), blank=True, default="")
    code_since = models.DateTimeField(_("code since"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True)
    changed_by = models.ForeignKey(Actor, models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=0)

    objects = RequestPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("request policy")
        verbose_name_plural = _("request policies")
        constraints = [
            models.CheckConstraint(
                name="relationships_request_policy_who", condition=Q(who__in=WhoMayAsk.values)
            ),
            in_range("most_roles", 0, MOST_ROLES),
            in_range("longest_days", 1, LONGEST_DAYS),
            in_range("quiet_days", 1, LONGEST_QUIET),
            models.CheckConstraint(
                name="relationships_request_policy_code_since",
                condition=Q(code="", code_since__isnull=True)
                | (~Q(code="") & Q(code_since__isnull=False)),
            ),
            stamps_go_together("changed"),
        ]

    def __str__(self) -> str:
        return str(self.customer)

    @property
    def is_made(self) -> bool:
        """Whether the customer ever changed what is let in."""
        return self.pk is not None

    @property
    def demands_code(self) -> bool:
        """Also where the code can no longer be read: then nobody's is right."""
        return self.code_since is not None

    @property
    def code_to_read(self) -> str:
        """The code in two halves, as people write it down."""
        half = CODE_LENGTH // 2
        return f"{self.code[:half]}-{self.code[half:]}" if self.code else ""

    def code_is(self, typed: str) -> bool:
        """Whether this is the code, in a time that does not depend on how much of it is right."""
        return bool(self.code) and secrets.compare_digest(self.code.encode(), typed.encode())


def new_code() -> str:
    return "".join(secrets.choice(SIGNS) for _sign in range(CODE_LENGTH))


def plain_code(typed: str) -> str:
    """A code as it is compared: without what people put in to read it."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


class PolicyPartner(models.Model):
    """A partner on a customer's allow list, or on its deny list."""

    policy = models.ForeignKey(RequestPolicy, models.PROTECT, related_name="partners")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    allowed = models.BooleanField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("partner of a request policy")
        verbose_name_plural = _("partners of request policies")
        constraints = [
            models.UniqueConstraint(
                name="relationships_one_list_of_a_policy", fields=["policy", "partner"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.policy} · {self.partner}"


class PolicyRefusalQuerySet(models.QuerySet["PolicyRefusal"]):
    def visible_to(self, user) -> Self:
        """The customer's own."""
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def standing(self) -> Self:
        """Those after which the request did not get through to the same customer."""
        return self.filter(lifted_at__isnull=True)

    def told(self) -> Self:
        """What the partner knows of, the newest first."""
        return self.filter(told_at__isnull=False).order_by("-met_at", "-pk")

    def to_tell(self, at: datetime) -> Self:
        """What the partner is to be told by now."""
        due = self.standing().filter(told_at__isnull=True, tell_at__lte=at)
        return due.order_by("tell_at", "pk")


class PolicyRefusal(Lockable):
    """A request that met a customer's request policy, and so no person; by which rules."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    request = models.ForeignKey(RelationshipRequest, models.PROTECT, related_name="policy_refusals")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="policy_refusals")
    rules: Any = models.JSONField()
    wrong_code = models.BooleanField(default=False)
    met_at = models.DateTimeField()
    met_by = models.ForeignKey(Actor, models.PROTECT, related_name="+")
    tell_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    # When the request got through after all, because the policy was another then.
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = PolicyRefusalQuerySet.as_manager()

    class Meta:
        verbose_name = _("refusal by a request policy")
        verbose_name_plural = _("refusals by request policies")
        indexes = [
            models.Index(fields=["customer", "-met_at", "-id"], name="policy_refusals_newest"),
            models.Index(
                fields=["tell_at"],
                name="policy_refusals_to_tell",
                condition=Q(told_at__isnull=True, lifted_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="relationships_policy_refusal_told_in_time",
                condition=Q(told_at__isnull=True) | Q(told_at__gte=models.F("tell_at")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.request} · {self.customer}"

    def get_absolute_url(self) -> str:
        return reverse("relationships:customer-refusal", args=[self.customer.slug, self.public_id])
