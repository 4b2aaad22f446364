"""A customer's request policy, as those who decide type it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from partners.models import Partner

from ..models import RequestPolicy
from ..models.request_policy import LONGEST_DAYS, LONGEST_QUIET, MOST_ROLES, WhoMayAsk
from ..moves.policing import LISTS, PolicyWish, partner_called, rules_of

WHO = {
    WhoMayAsk.ANYONE: _("Every partner, but none on the deny list"),
    WhoMayAsk.KNOWN: _(
        "Partners with which you have, or had, a relationship, and those on the allow list"
    ),
    WhoMayAsk.LISTED: _("Only partners on the allow list"),
}
ON_LIST = {True: _("on the allow list"), False: _("on the deny list")}


class PolicyForm(forms.Form):
    """Who may ask, and for how much; an empty field is no limit."""

    who = forms.ChoiceField(
        label=_("Who may ask"), choices=list(WHO.items()), widget=forms.RadioSelect
    )
    most_roles = forms.IntegerField(
        label=_("Most roles in one request"),
        required=False,
        min_value=0,
        max_value=MOST_ROLES,
        help_text=_("With 0 partners can ask to sell, and for no administration."),
    )
    longest_days = forms.IntegerField(
        label=_("Longest time of administration, in days"),
        required=False,
        min_value=1,
        max_value=LONGEST_DAYS,
    )
    never_privileged = forms.BooleanField(
        label=_("Never give privileged roles to a partner"), required=False
    )
    second_person = forms.BooleanField(
        label=_("Two people must approve privileged roles"),
        required=False,
        help_text=_(
            "Both approve the same, each signed in anew. Where only one person can decide, no "
            "privileged role can be approved then."
        ),
    )
    quiet_days = forms.IntegerField(
        label=_("Days of quiet after you declined"),
        required=False,
        min_value=1,
        max_value=LONGEST_QUIET,
        help_text=_("For so long the same partner cannot ask again."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, policy: RequestPolicy, **kwargs: Any) -> None:
        kwargs["initial"] = {**rules_of(policy).__dict__, "seen": policy.version}
        super().__init__(*args, **kwargs)

    def wish(self) -> PolicyWish:
        given = self.cleaned_data
        return PolicyWish(**{name: given[name] for name in PolicyWish.__dataclass_fields__})


class ListedPartnerForm(forms.Form):
    """Which partner is put on which list."""

    partner = forms.CharField(
        label=_("Domain or tenant id of the partner"),
        max_length=253,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("The whole of it, for example alder.example."),
    )
    on = forms.ChoiceField(
        label=_("Which list"),
        choices=[(name, ON_LIST[allowed]) for allowed, name in LISTS.items()],
        widget=forms.RadioSelect,
    )

    def clean_partner(self) -> Partner:
        found = partner_called(self.cleaned_data["partner"])
        if found is None:
            raise forms.ValidationError(_t("No partner here has exactly this domain or tenant id."))
        return found

    @property
    def allowed(self) -> bool:
        return self.cleaned_data["on"] == LISTS[True]
