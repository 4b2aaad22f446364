"""What somebody chooses for a bulk job: the act, the rows, and what else the act needs."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from partners.models import SecurityGroup

from ..across_customers import RUNNING, SHOWN
from ..bulk_files import MOST_BYTES
from ..models import AdminRole, BulkAct, BulkJob
from ..moves.bulk_acts import given_of
from .request import SentAskForm

# What is offered for administrations that run: words, act, and what is given with it.
OFFERED: dict[str, tuple[Any, BulkAct, dict[str, Any]]] = {
    "assign": (_("Assign a group"), BulkAct.ASSIGN, {}),
    "wish": (_("Wish for extension"), BulkAct.WISH, {"wished": True}),
    "no-wish": (_("Take the wish for extension back"), BulkAct.WISH, {"wished": False}),
    "terminate": (_("Terminate"), BulkAct.TERMINATE, {}),
}


def offered() -> list[tuple[str, Any]]:
    return [(key, words) for key, (words, _act, _given) in OFFERED.items()]


class AdministrationFilterForm(forms.Form):
    """Which of a partner's administrations somebody looks at."""

    q = forms.CharField(
        label=_("Customer or name of the administration"),
        max_length=253,
        required=False,
        help_text=_("A name is found by its beginning, a domain or an id as a whole."),
    )
    show = forms.ChoiceField(label=_("Show"), choices=list(SHOWN.items()), required=False)


class ActField(forms.ChoiceField):
    """What is to be done with each row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("What to do"), choices=offered, **kwargs)


class ChooseForm(forms.Form):
    """What to do, and with which of the administrations that the page shows."""

    act = ActField()
    which = forms.ChoiceField(choices=[("ticked", ""), ("all", "")])
    q = forms.CharField(max_length=253, required=False)
    show = forms.ChoiceField(choices=[(key, "") for key in RUNNING], required=False)


class FileField(forms.FileField):
    """A partner's own list, as a spreadsheet writes it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("CSV file"))
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ".csv,text/csv"}))
        super().__init__(allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if file is not None and file.size > MOST_BYTES:
            raise forms.ValidationError(
                _t("The file has more than %(most)d MB. Divide it.")
                % {"most": MOST_BYTES // 1_000_000}
            )
        return file


class UploadForm(forms.Form):
    """A file of administrations, and what to do with each."""

    file = FileField(
        help_text=_(
            "Its first line names the columns. The column “id” names the administrations, as in "
            "the download of the page; other columns are left alone. At most 5 MB and 50,000 rows."
        )
    )
    act = ActField()


class ResumeForm(forms.Form):
    """Going on with a job; with its file once more, for who wants to be sure that it is the one."""

    file = FileField(
        label=_("The file once more"),
        required=False,
        help_text=_("Not needed. If you give it, it must say what it said when the job was made."),
    )


class GiveForm(forms.Form):
    """Which group gets which roles of each administration."""

    group: "forms.ModelChoiceField[SecurityGroup]" = forms.ModelChoiceField(
        label=_("Group"), queryset=None, to_field_name="public_id"
    )
    roles: "forms.ModelMultipleChoiceField[AdminRole]" = forms.ModelMultipleChoiceField(
        label=_("Roles"),
        queryset=None,
        to_field_name="template_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Of each administration the group gets those that the customer granted. Without a "
            "tick it gets all of them. What it has already, it keeps."
        ),
    )

    def __init__(self, *args: Any, job: BulkJob, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"group": job.given.get("group"), "roles": job.given.get("roles", [])}
        group: Any = self.fields["group"]
        group.queryset = job.partner.security_groups.open().order_by("-built_in", "name")
        roles: Any = self.fields["roles"]
        roles.queryset = job.roles_granted()

    @property
    def given(self) -> dict[str, Any]:
        return {
            "group": str(self.cleaned_data["group"].public_id),
            "roles": sorted(str(role.template_id) for role in self.cleaned_data["roles"]),
        }


class BulkRequestForm(SentAskForm):
    """What is asked of every customer of a file."""

    file = FileField(
        label=_("CSV file of customers"),
        help_text=_(
            "Its first line names the columns. The column “customer” holds an e-mail address, a "
            "domain or a tenant id; a column “name”, which may be missing, the name of each "
            "request. Other columns are left alone. At most 5 MB and 50,000 rows."
        ),
    )
    send = forms.BooleanField(
        label=_("Send each request by e-mail"),
        required=False,
        initial=True,
        help_text=_(
            "As many an hour and a day as mails of requests may go out; the others wait for their "
            "turn, and are made when it comes. Without the tick all are made at once, and you "
            "find the links in the file of results."
        ),
    )

    @property
    def given(self) -> dict[str, Any]:
        return given_of(self.ask(), send=self.cleaned_data["send"])
