from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from partners.models import PartnerKind, PartnerMembership
from partners.rights import PartnerRight

from ..models import AdminRole


class RequestForm(forms.Form):
    """What a partner asks of one customer."""

    name = forms.CharField(
        label=_("Name of the request"),
        max_length=50,
        help_text=_("The customer sees it, for example “Mail and support”. At most 50 characters."),
    )
    addressed_email = forms.EmailField(
        label=_("E-mail address of the customer"),
        max_length=254,
        help_text=_(
            "The request opens only for an organisation to which the person with this address "
            "belongs."
        ),
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
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why you ask. The customer reads it beside the request."),
    )

    def __init__(self, *args: Any, membership: PartnerMembership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles_on_offer: Iterable[AdminRole] = ()
        if membership.may(PartnerRight.REQUEST_ROLES):
            everything = AdminRole.objects.visible_to(membership.user).select_related("service")
            self.fields["roles"].queryset = everything  # type: ignore[attr-defined]
            self.roles_on_offer = everything
        else:
            for name in ("roles", "days", "auto_extend"):
                del self.fields[name]
        if membership.partner.kind == PartnerKind.ADVISOR:
            del self.fields["asks_selling"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        roles = list(cleaned.get("roles") or [])
        if not cleaned.get("asks_selling") and not roles and "roles" not in self.errors:
            raise forms.ValidationError(_t("Ask for selling, for roles, or for both."))
        if roles and not cleaned.get("days") and "days" not in self.errors:
            self.add_error("days", _t("Say for how many days."))
        return cleaned
