from collections.abc import Iterable

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from partnercenter.lib.ids import uuid7
from partners.models import SecurityGroup

from .admin_role import AdminRole


class AccessTermsQuerySet(models.QuerySet["AccessTerms"]):
    def write(
        self,
        *,
        roles: Iterable[AdminRole],
        days: int,
        auto_extend: bool,
        groups: Iterable[SecurityGroup],
        days_text: str = "",
    ) -> "AccessTerms":
        terms = self.create(days=days, days_text=days_text or f"P{days}D", auto_extend=auto_extend)
        terms.roles.add(*roles)
        terms.planned_groups.add(*groups)
        return terms


class AccessTerms(models.Model):
    """What is asked or granted of administration; it never changes, an edit is a new row."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    days = models.PositiveSmallIntegerField(
        _("days"), validators=[MinValueValidator(1), MaxValueValidator(730)]
    )
    days_text = models.CharField(max_length=20)
    auto_extend = models.BooleanField(_("automatic extension"), default=False)
    roles = models.ManyToManyField(AdminRole, related_name="+")
    planned_groups = models.ManyToManyField(SecurityGroup, related_name="+", blank=True)

    objects = AccessTermsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="relationships_terms_days",
                condition=models.Q(days__gte=1, days__lte=730),
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)
