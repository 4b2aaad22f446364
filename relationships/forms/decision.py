import json
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from subscriptions.models import Service

from ..models import AccessTerms, AdminRole, DecisionSignature, Half
from ..moves.deciding import Answer

ALLOW = {"allow": True, "refuse": False}


def initial_from(signature: DecisionSignature) -> dict[str, Any]:
    """What the first of two persons answered, for the second to read."""
    granted = json.loads(signature.answer)
    words = {Half.APPROVED: "allow", Half.DECLINED: "refuse"}
    return {
        "selling": words.get(granted["selling"]),
        "administration": words.get(granted["administration"]),
        "roles": granted["roles"],
        "days": granted["days"],
    }


class DecisionForm(forms.Form):
    """What a person answered on the decision page."""

    seen_digest = forms.CharField(max_length=64)
    selling = forms.ChoiceField(
        label=_("Selling"), choices=[(key, key) for key in ALLOW], required=False
    )
    administration = forms.ChoiceField(
        label=_("Administration"), choices=[(key, key) for key in ALLOW], required=False
    )
    roles = forms.MultipleChoiceField(label=_("Roles"), required=False)
    switches = forms.MultipleChoiceField(label=_("Switches"), required=False)
    days = forms.IntegerField(
        label=_("For how many days"), required=False, min_value=1, max_value=730
    )
    reason = forms.CharField(
        label=_("Reason, if you decline"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The partner reads it."),
    )

    def __init__(
        self,
        *args: Any,
        roles: list[AdminRole],
        switchable: list[Service],
        terms: AccessTerms | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["switches"].choices = [  # type: ignore[attr-defined]
            (service.key, service.name) for service in switchable
        ]
        self.asked_roles = {str(role.template_id): role for role in roles}
        self.fields["roles"].choices = [  # type: ignore[attr-defined]
            (template_id, role.name) for template_id, role in self.asked_roles.items()
        ]
        if terms is not None:
            self._offer_days(terms.days)

    def _offer_days(self, asked: int) -> None:
        field, privileged = self.fields["days"], settings.PRIVILEGED_DAYS_MAX
        end = date_format(timezone.localtime() + timedelta(days=asked), "DATE_FORMAT")
        field.initial = asked
        field.widget.attrs["max"] = asked
        field.help_text = _t(
            "From 1 to %(asked)d, counted from your approval. Approved today, %(asked)d days end "
            "on %(end)s."
        ) % {"asked": asked, "end": end}
        if any(role.privileged for role in self.asked_roles.values()):
            field.initial = min(asked, privileged)
            field.help_text += " " + _t("With privileged roles at most %(most)d.") % {
                "most": privileged
            }

    def only_to_look_at(self) -> None:
        """For who reads the page and does not decide."""
        for field in self.fields.values():
            field.disabled = True

    def answer(self) -> Answer:
        """The answer as the move takes it; an unanswered half is None."""
        given = self.cleaned_data
        return Answer(
            seen_digest=given["seen_digest"],
            selling=ALLOW.get(given["selling"]),
            administration=ALLOW.get(given["administration"]),
            roles=[self.asked_roles[template_id] for template_id in given["roles"]],
            switches=frozenset(given["switches"]),
            days=given["days"],
            reason=given["reason"],
        )
