"""The moves that staff make with partners, as their pages put them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminEmailInputWidget
from django.utils.translation import gettext_lazy as _

from accounts.models import Actor
from accounts.move_pages import Move
from partnercenter.lib.reasons import ReasonField
from partners import staff_rights
from partners.models import Partner, PartnerKind, PartnerStatus
from partners.rights import Admin, Agent

from ..moves.changing_kind import change_kind
from ..moves.inviting import invite
from ..moves.supervising import restore_partner, suspend_partner
from ..moves.together import together


class KindForm(forms.Form):
    """Of which kind a partner is from now on."""

    kind = forms.ChoiceField(label=_("Kind"), choices=PartnerKind.choices)
    reason = ReasonField()


class InviteForm(forms.Form):
    """To whom a place is offered."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=AdminEmailInputWidget()
    )
    reason = ReasonField()


def on_all(move: Callable[..., None]) -> Callable[..., None]:
    def run(rows: list[Any], *, by: Actor, reason: str) -> None:
        together(move, rows, by=by, reason=reason)

    return run


def lacks_global_admin(partner: Partner) -> bool:
    admins = partner.memberships.current().filter(admin=Admin.GLOBAL_ADMIN)
    return not admins.filter(user__is_active=True).exists()


def run_change_kind(rows: list[Partner], *, by: Actor, kind: str, reason: str) -> None:
    change_kind(rows[0], kind, by=by, reason=reason)


def run_invite(rows: list[Partner], *, by: Actor, email: str, reason: str) -> None:
    roles = {"agent": Agent.NONE, "admin": Admin.GLOBAL_ADMIN}
    invite(rows[0], email, roles, by=by, reason=reason)


MOVES = (
    Move(
        name="verify",
        label=_("Verify"),
        done=_("Verified:"),
        run=on_all(Partner.verify),
        asks=(staff_rights.VERIFY,),
        fits=lambda partner: not partner.verified,
        follows=(
            _("You vouch that the company is who it says it is. Customers read that it is so."),
            _("It can make requests, and customers can approve them."),
        ),
    ),
    Move(
        name="suspend",
        label=_("Suspend"),
        done=_("Suspended:"),
        run=on_all(suspend_partner),
        asks=(staff_rights.SUSPEND,),
        fits=lambda partner: partner.status == PartnerStatus.ACTIVE,
        follows=(
            _("It can create no customers."),
            _("It can place no orders."),
            _("It can request no reseller relationships, and customers can approve no request."),
            _("It can neither raise nor lower quantities."),
            _("It can order no add-on subscriptions."),
            _("It can convert no subscriptions."),
            _("It can transition no subscriptions."),
            _("Its people have no access by delegated administration."),
        ),
        stays=(
            _("The customers' subscriptions, with their terms and their partner of record."),
            _("Reseller relationships and administration: nothing ends, and time runs on."),
            _("“Restore” brings everything back with no other step."),
        ),
        grave=True,
    ),
    Move(
        name="restore",
        label=_("Restore"),
        done=_("Restored:"),
        run=on_all(restore_partner),
        asks=(staff_rights.SUSPEND,),
        fits=lambda partner: partner.status == PartnerStatus.SUSPENDED,
        follows=(_("All that the suspension stopped works again at once, with no other step."),),
    ),
    Move(
        name="change-kind",
        label=_("Change the kind"),
        done=_("The kind was changed:"),
        run=run_change_kind,
        asks=(staff_rights.CHANGE_KIND,),
        form=KindForm,
        several=False,
        follows=(
            _("The new kind stands in the partner's history, with this reason in the log."),
            _(
                "Who becomes an advisor sells no more: it no longer counts as the one who "
                "administers a service, and can ask for selling no more."
            ),
            _(
                "An advisor that becomes a partner that sells counts as the one who administers "
                "what its grants administer. Where another partner does, the change is refused."
            ),
        ),
        stays=(
            _("Subscriptions, with their seller and their partner of record."),
            _("Reseller relationships, and grants of administration until they end."),
        ),
        grave=True,
    ),
    Move(
        name="invite",
        label=_("Invite the first global admin"),
        done=_("The invitation is on its way:"),
        run=run_invite,
        asks=(staff_rights.EDIT,),
        fits=lacks_global_admin,
        form=InviteForm,
        several=False,
        follows=(
            _("A mail with a link goes to this address."),
            _("Who has proved that the address is theirs can take the place of global admin."),
        ),
    ),
)
