"""Which part of the access matrix somebody reads, and about whom they ask why."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import Partner

from ..access_matrix import Choice
from ..models import AdminRole

EVERYTHING, ACTING, IDLE = "", "acting", "idle"


class WithRole(forms.Form):
    """A form in which one of the roles is chosen."""

    def __init__(self, *args: Any, roles: Iterable[AdminRole], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles = {str(role.template_id): role for role in roles}
        field: Any = self.fields["role"]
        blank = _("every role") if not field.required else "–"
        field.choices = [("", blank), *((key, role.name) for key, role in self.roles.items())]

    @property
    def chosen_role(self) -> AdminRole | None:
        return self.roles.get(self.cleaned_data["role"])


class PartnerMatrixForm(WithRole):
    """What a partner wants to see of its own people's access."""

    customer = forms.CharField(label=_("Customer"), max_length=253, required=False)
    person = forms.CharField(label=_("Name or e-mail address"), max_length=254, required=False)
    role = forms.ChoiceField(label=_("Role"), required=False)

    def choice(self) -> Choice:
        return Choice(self.cleaned_data["person"], self.chosen_role)


class CustomerMatrixForm(WithRole):
    """What a customer wants to see of the access to it."""

    partner = forms.ChoiceField(label=_("Partner"), required=False)
    person = forms.CharField(label=_("Name or e-mail address"), max_length=254, required=False)
    role = forms.ChoiceField(label=_("Role"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            (EVERYTHING, _("everything")),
            (ACTING, _("can be used now")),
            (IDLE, _("nobody can use it now")),
        ],
    )

    def __init__(self, *args: Any, partners: Iterable[Partner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partners = {partner.slug: partner for partner in partners}
        field: Any = self.fields["partner"]
        field.choices = [
            ("", _("every partner")),
            *((slug, partner.name) for slug, partner in self.partners.items()),
        ]

    def choice(self) -> Choice:
        partner = self.partners.get(self.cleaned_data["partner"])
        return Choice(self.cleaned_data["person"], self.chosen_role, partner)

    @property
    def shows_acting(self) -> bool:
        return self.cleaned_data["state"] != IDLE

    @property
    def shows_idle(self) -> bool:
        """Through an idle grant no person acts, so none can be looked for."""
        return self.cleaned_data["state"] != ACTING and not self.cleaned_data["person"]


class WhyForm(WithRole):
    """Whether this person can act in this role, and why."""

    person = forms.EmailField(label=_("E-mail address of the person"), max_length=254)
    role = forms.ChoiceField(label=_("Role"))

    @property
    def asked(self) -> AdminRole:
        return self.roles[self.cleaned_data["role"]]


class WhyForCustomerForm(WhyForm):
    """The same of one of a partner's customers."""

    customer = forms.CharField(label=_("Domain or tenant id of the customer"), max_length=253)
    field_order = ["person", "customer", "role"]
