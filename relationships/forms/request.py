"""A request to one customer, as a partner's person types it."""

from dataclasses import replace
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core import signing
from django.core.validators import DomainNameValidator
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from partnercenter.lib.ids import uuid7
from partners.models import Partner

from ..again import groups_that_have, renewed_by
from ..ask import CODE_LENGTH, Ask
from ..models import AdminRelationship
from .asking import AskForm
from .paragraph import ParagraphField

KEYS = signing.Signer(salt="relationships.request")


class SentAskForm(AskForm):
    """A wish that goes out to customers: for how long each request waits, and its mail."""

    lifetime_days = forms.IntegerField(
        label=_("Days for which the request waits"),
        required=False,
        min_value=1,
        max_value=settings.REQUEST_DAYS_MAX,
        initial=settings.REQUEST_DAYS_DEFAULT,
        help_text=_("From 1 to 90. Without an answer the link stops working then."),
    )
    first_paragraph = ParagraphField(label=_("First paragraph"))
    second_paragraph = ParagraphField(label=_("Second paragraph"))

    def clean_lifetime_days(self) -> int:
        return self.cleaned_data["lifetime_days"] or settings.REQUEST_DAYS_DEFAULT

    def ask(self) -> Ask:
        given = self.cleaned_data
        return replace(
            super().ask(),
            lifetime_days=given["lifetime_days"],
            first_paragraph=given["first_paragraph"],
            second_paragraph=given["second_paragraph"],
        )


class RequestForm(SentAskForm):
    """A request to one customer: whom it asks, besides what every request says."""

    addressed_email = forms.EmailField(
        label=_("E-mail address of the customer"),
        max_length=254,
        help_text=_(
            "The request opens only for an organisation to which the person with this address "
            "belongs."
        ),
        error_messages={
            "required": _("Say whom you ask: an e-mail address, a domain or a tenant id.")
        },
    )
    addressed_domain = forms.CharField(
        label=_("Domain of the customer"),
        max_length=253,
        required=False,
        validators=[DomainNameValidator()],
        help_text=_("For example fernhill.example. Who decides there gets the mail."),
    )
    addressed_tenant_id = forms.UUIDField(label=_("Tenant id of the customer"), required=False)
    request_code = forms.CharField(
        label=_("Request code of the customer"),
        max_length=CODE_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "Only where the customer gave you one. Without it such a customer's request policy "
            "refuses the request."
        ),
    )
    # Given with the page and back with the form, so that a second click makes no second request.
    key = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    # The running administration that this renews; it comes with the page.
    renews = forms.UUIDField(
        label=_("The administration that it renews"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, draft: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner: Partner = kwargs["membership"].partner
        named_otherwise = any(
            self.data.get(name) for name in ("addressed_domain", "addressed_tenant_id")
        )
        self.fields["addressed_email"].required = not (draft or named_otherwise)
        self.names_organisation = named_otherwise or any(
            self.initial.get(name) for name in ("addressed_domain", "addressed_tenant_id")
        )
        self._keep_who_administers()

    @cached_property
    def renewed(self) -> AdminRelationship | None:
        """What the form renews, as its page says it."""
        try:
            public_id = UUID(str(self["renews"].value()))
        except ValueError:
            return None
        found = renewed_by(self.partner).select_related("customer", "partner")
        return found.filter(public_id=public_id).first()

    def _keep_who_administers(self) -> None:
        """A renewal goes to who has it now; the groups of a reseller are its own business."""
        if self.renewed is None:
            return
        if self.renewed.partner_id == self.partner.pk:
            self.fields.pop("administrator", None)
        elif "administrator" in self.fields:
            administrator: Any = self.fields["administrator"]
            administrator.queryset = administrator.queryset.filter(pk=self.renewed.partner_id)
            administrator.empty_label = None
            administrator.required = True
            self.fields.pop("groups", None)

    def clean_renews(self) -> AdminRelationship | None:
        if self.cleaned_data["renews"] is not None and self.renewed is None:
            raise forms.ValidationError(_t("Your organisation has no such administration."))
        return self.renewed

    def clean_addressed_domain(self) -> str:
        return self.cleaned_data["addressed_domain"].lower()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        names = ("addressed_email", "addressed_domain", "addressed_tenant_id")
        if sum(bool(cleaned.get(name)) for name in names) > 1:
            self.add_error(
                "addressed_email",
                _t("Name only one: an e-mail address, a domain, or a tenant id."),
            )
        return cleaned

    def ask(self) -> Ask:
        given = self.cleaned_data
        wish = super().ask()
        if wish.administrator and self.renewed:
            wish = replace(wish, groups=groups_that_have(self.renewed))
        return replace(
            wish,
            addressed_email=given["addressed_email"],
            addressed_domain=given["addressed_domain"],
            addressed_tenant_id=given["addressed_tenant_id"],
            request_code=given["request_code"],
            supersedes=given["renews"],
        )

    def public_id(self) -> UUID | None:
        """The id that the page gave; none where somebody made one up."""
        try:
            return UUID(KEYS.unsign(self.cleaned_data["key"]))
        except (signing.BadSignature, ValueError):
            return None


def new_key() -> str:
    return KEYS.sign(str(uuid7()))
