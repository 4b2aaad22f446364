"""Staff hear of breaches at once: one mail to each, whatever number was found together."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from mail import outbox

from .models import Breach

LOOKS_AFTER_BREACHES = "relationships.view_breach"
NAMED = 10


def report(breaches: list[Breach]) -> None:
    """Write to every member of staff who may see breaches."""
    if not breaches:
        return
    link = settings.SITE_URL + reverse("admin:relationships_breach_changelist")
    readers: Any = ModelBackend().with_perm(LOOKS_AFTER_BREACHES)
    for reader in readers.filter(is_staff=True).order_by("pk"):
        with override(reader.language):
            named = [what_of(breach) for breach in breaches[:NAMED]]
        outbox.send_to(
            reader,
            "breach",
            context={
                "undone": bool(breaches[0].act),
                "count": len(breaches),
                "named": named,
                "more": len(breaches) - len(named),
                "link": link,
            },
            key=f"breach:{breaches[0].public_id}:{reader.public_id}",
        )


def what_of(breach: Breach) -> str:
    """Whose, what, and how it differs, in a line."""
    customer = breach.customer.name if breach.customer else _("unknown customer")
    if breach.subscription is None:
        return _("%(customer)s: the account is %(problem)s") % {
            "customer": customer,
            "problem": breach.get_problem_display(),
        }
    return _("%(customer)s: subscription %(id)s is %(problem)s") % {
        "customer": customer,
        "id": breach.subscription,
        "problem": breach.get_problem_display(),
    }
