"""What a request policy says, in plain sentences."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import RequestPolicy, WhoMayAsk


def who_says(policy: RequestPolicy) -> str:
    if policy.who == WhoMayAsk.LISTED:
        return _("Only partners on your allow list may ask.")
    if policy.who == WhoMayAsk.KNOWN:
        return _(
            "Only partners with which you have, or had, a relationship may ask, and those on your "
            "allow list."
        )
    return _("Every partner may ask, but none on your deny list.")


def summary_of(policy: RequestPolicy) -> list[str]:
    """One sentence a rule, those that limit nothing left out."""
    said = [who_says(policy)]
    if policy.demands_code:
        said.append(_("A request needs your request code."))
    if policy.never_privileged:
        said.append(_("Privileged roles are never given to a partner."))
    if policy.second_person:
        said.append(_("Privileged roles are given once two of your people have approved the same."))
    if policy.most_roles == 0:
        said.append(_("No administration is given by a request."))
    elif policy.most_roles is not None:
        said.append(
            ngettext(
                "One request asks for at most %(limit)d role.",
                "One request asks for at most %(limit)d roles.",
                policy.most_roles,
            )
            % {"limit": policy.most_roles}
        )
    if policy.longest_days is not None:
        said.append(
            ngettext(
                "Administration lasts at most %(limit)d day.",
                "Administration lasts at most %(limit)d days.",
                policy.longest_days,
            )
            % {"limit": policy.longest_days}
        )
    if policy.quiet_days is not None:
        said.append(
            ngettext(
                "After you declined, the same partner cannot ask again for %(limit)d day.",
                "After you declined, the same partner cannot ask again for %(limit)d days.",
                policy.quiet_days,
            )
            % {"limit": policy.quiet_days}
        )
    return said
