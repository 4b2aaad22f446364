"""What a partner's person types of a wish, of whomever it is asked."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from partners.models import Partner, PartnerKind, PartnerMembership, SecurityGroup
from partners.rights import PartnerRight

from ..ask import NAME_LENGTH, REASON_LENGTH, Ask
from ..models import AdminRole
from ..moves.asking import why_too_long


class AskForm(forms.Form):
    """What is asked, of whomever."""

    # *Save draft* takes what is there so far; what is missing is said by the server.
    use_required_attribute = False

    name = forms.CharField(
        label=_("Name of the request"),
        max_length=NAME_LENGTH,
        help_text=_("The customer sees it, for example “Mail and support”. At most 50 characters."),
    )
    asks_selling = forms.BooleanField(
        label=_("Sell to the customer (reseller relationship)"), required=False, initial=True
    )
    roles: "forms.ModelMultipleChoiceField[AdminRole]" = forms.ModelMultipleChoiceField(
        label=_("Roles"),
        queryset=None,
        to_field_name="template_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(
        label=_("Days of administration"),
        required=False,
        min_value=1,
        max_value=settings.ADMINISTRATION_DAYS_MAX,
        initial=settings.ADMINISTRATION_DAYS_DEFAULT,
        help_text=_("Needed with roles. From 1 to 730; at most 90 with privileged roles."),
    )
    auto_extend = forms.BooleanField(
        label=_("Wish to extend by 180 days at the end, if the customer allows it"), required=False
    )
    administrator: "forms.ModelChoiceField[Partner]" = forms.ModelChoiceField(
        label=_("Who shall administer"),
        queryset=None,
        to_field_name="tenant_id",
        required=False,
        empty_label=_("Our own organisation"),
        help_text=_(
            "One of your indirect resellers can administer, while the reseller relationship is "
            "yours."
        ),
    )
    groups: "forms.ModelMultipleChoiceField[SecurityGroup]" = forms.ModelMultipleChoiceField(
        label=_("Groups that get the roles"),
        queryset=None,
        to_field_name="public_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their people can use the roles as soon as the customer approves."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why you ask. The customer reads it beside the request, not in the mail."),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, membership: PartnerMembership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        partner = membership.partner
        self.roles_on_offer: Iterable[AdminRole] = ()
        if membership.may(PartnerRight.REQUEST_ROLES):
            everything = AdminRole.objects.visible_to(membership.user).select_related("service")
            self._offer("roles", everything)
            self.roles_on_offer = everything
            self._offer_groups(partner)
            self._offer_resellers(partner)
        else:
            for name in ("roles", "days", "auto_extend", "groups", "administrator"):
                del self.fields[name]
        if partner.kind == PartnerKind.ADVISOR:
            del self.fields["asks_selling"]

    def _offer(self, name: str, rows: Any) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def _offer_groups(self, partner: Partner) -> None:
        """Only where there is more than the built-in one to choose from."""
        groups = list(partner.security_groups.open().order_by("-built_in", "name"))
        if len(groups) < 2:
            del self.fields["groups"]
            return
        self._offer("groups", partner.security_groups.open().order_by("-built_in", "name"))
        self.fields["groups"].initial = [g.public_id for g in groups if g.built_in]

    def _offer_resellers(self, partner: Partner) -> None:
        if partner.kind != PartnerKind.INDIRECT_PROVIDER or not partner.resellers().exists():
            del self.fields["administrator"]
            return
        self._offer("administrator", partner.resellers())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        roles = list(cleaned.get("roles") or [])
        if not cleaned.get("asks_selling") and not roles and "roles" not in self.errors:
            raise forms.ValidationError(_t("Ask for selling, for roles, or for both."))
        if roles and "days" not in self.errors:
            days = cleaned.get("days")
            why = why_too_long(roles, days) if days else _t("Say for how many days.")
            if why:
                self.add_error("days", why)
        if cleaned.get("administrator") and not roles and "roles" not in self.errors:
            self.add_error("administrator", _t("Choose the roles that it shall have."))
        if roles and self._groups(cleaned) == ():
            self.add_error("groups", _t("Choose at least one group."))
        return cleaned

    def _groups(self, given: dict[str, Any]) -> tuple[SecurityGroup, ...] | None:
        # A reseller's groups are its own business: its built-in one gets the roles.
        if "groups" not in self.fields or given.get("administrator"):
            return None
        return tuple(given.get("groups") or ())

    def ask(self) -> Ask:
        given = self.cleaned_data
        return Ask(
            name=given["name"],
            asks_selling=given.get("asks_selling", False),
            roles=tuple(given.get("roles") or ()),
            days=given.get("days") or 0,
            auto_extend=given.get("auto_extend", False),
            groups=self._groups(given),
            administrator=given.get("administrator"),
            reason=given["reason"],
        )


def initial_of(ask: Ask) -> dict[str, Any]:
    """A wish as the fields of a form show it."""
    return {
        "name": ask.name,
        "asks_selling": ask.asks_selling,
        "roles": [str(role.template_id) for role in ask.roles],
        "days": ask.days or settings.ADMINISTRATION_DAYS_DEFAULT,
        "auto_extend": ask.auto_extend,
        "reason": ask.reason,
        "addressed_email": ask.addressed_email,
        "addressed_domain": ask.addressed_domain,
        "addressed_tenant_id": ask.addressed_tenant_id,
        "request_code": ask.request_code,
        "lifetime_days": ask.lifetime_days,
        "first_paragraph": ask.first_paragraph,
        "second_paragraph": ask.second_paragraph,
        **({"renews": ask.supersedes.public_id} if ask.supersedes else {}),
        **({"groups": [group.public_id for group in ask.groups]} if ask.groups else {}),
        **({"administrator": ask.administrator.tenant_id} if ask.administrator else {}),
    }
