from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .decision import Decision
from .request import RelationshipRequest
from .request_policy import PolicyRefusal


class PendingAnswer(models.Model):
    """
    What came of a request, for a person who reads the answers of a day in one mail (ADR 0020).

    It is a decision, a refusal by a request policy, or, without either, that nobody answered. The
    row goes when the mail is made.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    request = models.ForeignKey(RelationshipRequest, models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, blank=True, related_name="+")
    refusal = models.ForeignKey(
        PolicyRefusal, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer that waits")
        verbose_name_plural = _("answers that wait")
        constraints = [
            models.UniqueConstraint(
                name="relationships_pending_decision_once",
                fields=["person", "decision"],
                condition=Q(decision__isnull=False),
            ),
            models.UniqueConstraint(
                name="relationships_pending_refusal_once",
                fields=["person", "refusal"],
                condition=Q(refusal__isnull=False),
            ),
            models.UniqueConstraint(
                name="relationships_pending_lapse_once",
                fields=["person", "request"],
                condition=Q(decision__isnull=True, refusal__isnull=True),
            ),
            models.CheckConstraint(
                name="relationships_pending_is_one_answer",
                condition=Q(decision__isnull=True) | Q(refusal__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.request}"
