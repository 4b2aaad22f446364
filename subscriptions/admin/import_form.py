"""What staff give for a first load: a file or its text, and what it does not say."""

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from partnercenter.lib.canonical import canonical, digest
from partnercenter.lib.reasons import ReasonField

from ..import_file import FileRefused, text_of
from ..import_lines import Given, Line, read
from ..import_values import YEARS
from ..models import BillingCycle, TermLength
from .fields import CurrencyField, OrganisationField, PriceField

MOST_BYTES = 1_000_000
MOST_LINES = 5_000


def too_large() -> str:
    return _t(
        "This is more than %(bytes)d MB, and a browser takes no more. Load it with manage.py "
        "import_subscriptions."
    ) % {"bytes": MOST_BYTES // 1_000_000}


class ImportForm(forms.Form):
    """The text of a file stands in the form from then on: a browser keeps no chosen file."""

    file = forms.FileField(
        label=_("CSV file"),
        required=False,
        allow_empty_file=True,
        help_text=_("Its text comes into the field below, in place of what stands there."),
    )
    # Not a CharField: the reader says what is wrong with the text, and takes it as it is.
    text = forms.Field(
        label=_("Or its text"),
        required=False,
        widget=AdminTextareaWidget(
            attrs={"rows": 8, "class": "import-text", "spellcheck": "false"}
        ),
    )
    customer = OrganisationField(
        Customer.objects.active(),
        label=_("Customer"),
        required=False,
        help_text=_("Its domain or tenant id, where no column names the customer of a line."),
    )
    term_start = forms.DateField(
        label=_("Term start"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Empty is the moment of the import."),
    )
    term_length = forms.ChoiceField(label=_("Term length"), choices=TermLength.choices)
    billing_cycle = forms.ChoiceField(label=_("Billing cycle"), choices=BillingCycle.choices)
    unit_price = PriceField(label=_("Unit price"), help_text=_("Of one licence, such as 12.50."))
    currency = CurrencyField(label=_("Currency"), help_text=_("Three letters, such as EUR."))
    agreement_version = forms.CharField(
        label=_("Agreement version"), max_length=20, widget=AdminTextInputWidget()
    )
    reason = ReasonField()

    GIVEN = (
        "customer",
        "term_start",
        "term_length",
        "billing_cycle",
        "unit_price",
        "currency",
        "agreement_version",
    )
    FIELDSETS = [
        (_("What to import"), {"fields": ["file", "text"]}),
        (_("What the file does not say"), {"fields": GIVEN}),
        (_("Why"), {"fields": ["reason"]}),
    ]

    def __init__(self, data: Any = None, files: Any = None, *, importing: bool = False) -> None:
        self.file_refusal = ""
        self.has_file = bool(files and files.get("file"))
        if self.has_file:
            data = self._with_text(data, files["file"])
        super().__init__(data, files, initial=vars(Given()))
        # A preview needs no reason.
        self.fields["reason"].required = importing

    def _with_text(self, data: Any, file: Any) -> Any:
        """What was typed, with the file's text in the field; without where the file is none."""
        data = data.copy()
        try:
            if file.size > MOST_BYTES:
                raise FileRefused(too_large())
            data["text"] = text_of(file.read())
        except FileRefused as refusal:
            self.file_refusal = str(refusal)
        return data

    def clean_file(self) -> Any:
        if self.file_refusal:
            again = _t("Your browser does not keep the file: choose one again.")
            raise forms.ValidationError(f"{self.file_refusal} {again}")
        return self.cleaned_data["file"]

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"] or "")
        if not text and not self.has_file:
            raise forms.ValidationError(_t("Choose a file, or paste its text."))
        if len(text.encode()) > MOST_BYTES:
            raise forms.ValidationError(too_large())
        return text

    def clean_term_start(self) -> datetime | None:
        day: date | None = self.cleaned_data["term_start"]
        if day is None:
            return None
        if day.year not in YEARS:
            raise forms.ValidationError(_t("No term began on this day."))
        return datetime.combine(day, time(), UTC)

    def is_readable(self) -> bool:
        """Everything but the reason is as it should be."""
        return not set(self.errors) - {"reason"}

    def lines(self, at: datetime) -> list[Line]:
        given = Given(**{name: self.cleaned_data[name] for name in self.GIVEN})
        return read(self.cleaned_data["text"], given, at, most=MOST_LINES)

    def digest(self) -> str:
        """Stands for all that makes the lines; browsers end lines in their own way."""
        text = "\n".join(self.cleaned_data["text"].replace("\r\n", "\n").split("\r"))
        given = {name: str(self.cleaned_data[name]) for name in self.GIVEN}
        customer = self.cleaned_data["customer"]
        given["customer"] = str(customer.tenant_id) if customer else ""
        return digest(canonical(given), text)
