"""Which place somebody gets in an organisation."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from customers.rights import CustomerRole
from partners.rights import Admin, Agent

ROLE_HELP = {
    CustomerRole.GLOBAL_ADMIN: _("decides about partners and manages the people"),
    CustomerRole.PARTNER_RELATIONSHIPS_ADMIN: _("decides about partners"),
    CustomerRole.BILLING_ADMIN: _("reads everything, the activity too"),
    CustomerRole.READER: _("reads partners, requests and subscriptions"),
}
AGENT_HELP = {
    Agent.NONE: _("sees no customers"),
    Agent.ADMIN_AGENT: _("sells, asks for roles and administers for customers"),
    Agent.SALES_AGENT: _("sells; asks for selling, not for roles"),
    Agent.HELPDESK_AGENT: _("sees customers and helps them"),
}
ADMIN_HELP = {
    Admin.NONE: _("the usual"),
    Admin.GLOBAL_ADMIN: _("does everything, and manages admins"),
    Admin.BILLING_ADMIN: _("sees prices and invoices"),
    Admin.USER_MANAGEMENT_ADMIN: _("manages people who are no admins"),
}


def explained(choices: Any, words: dict[Any, Any]) -> list[tuple[str, str]]:
    return [
        (value, _t("%(role)s: %(help)s") % {"role": label, "help": words[value]})
        for value, label in choices
    ]


class CustomerRoleForm(forms.Form):
    """A person's role in a customer's organisation."""

    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, hands_out_admin: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role: Any = self.fields["role"]
        role.choices = explained(CustomerRole.choices, ROLE_HELP)

    @property
    def roles(self) -> dict[str, str]:
        return {"role": self.cleaned_data["role"]}


class PartnerRolesForm(forms.Form):
    """A person's two settings in a partner (domain rules 2.1)."""

    agent = forms.ChoiceField(label=_("Agent setting"), widget=forms.RadioSelect)
    admin = forms.ChoiceField(label=_("Admin setting"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, hands_out_admin: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agent: Any = self.fields["agent"]
        agent.choices = explained(Agent.choices, AGENT_HELP)
        if hands_out_admin:
            admin: Any = self.fields["admin"]
            admin.choices = explained(Admin.choices, ADMIN_HELP)
            self.initial.setdefault("admin", Admin.NONE)
        else:
            # Who manages people hands out no admin setting, so there is nothing to choose.
            del self.fields["admin"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and set(self.roles.values()) <= {Agent.NONE, Admin.NONE}:
            raise forms.ValidationError(_t("Choose an agent setting or an admin setting."))
        return cleaned

    @property
    def roles(self) -> dict[str, str]:
        return {
            "agent": self.cleaned_data["agent"],
            "admin": self.cleaned_data.get("admin", Admin.NONE),
        }


class _Addressed(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("The person accepts with an account that has this address; it may be new."),
    )


class CustomerInviteForm(CustomerRoleForm, _Addressed):
    """Whom to invite, and as what."""

    field_order = ["email", "role"]


class PartnerInviteForm(PartnerRolesForm, _Addressed):
    """Whom to invite, and as what."""

    field_order = ["email", "agent", "admin"]


class RefuseClaimForm(forms.Form):
    """Why somebody is not let in."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The person reads it."),
    )
