"""The gallery of components, for those who build pages."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

SIDES = ("partner", "customer", "staff", "public")
TEMPLATES = Path(settings.BASE_DIR) / "templates"


@dataclass(frozen=True)
class Exhibit:
    """One component: the comment that names its parameters, and a template that draws it."""

    name: str

    @property
    def parameters(self) -> str:
        text = (TEMPLATES / "components" / f"{self.name}.html").read_text()
        comment, _, _ = text.partition("{% endcomment %}")
        return comment.removeprefix("{% comment %}").strip()

    @property
    def example(self) -> str:
        return f"dev/gallery/{self.name}.html"

    @property
    def source(self) -> str:
        return (TEMPLATES / self.example).read_text().strip()


class SampleForm(forms.Form):
    """A form with one field of each kind."""

    name = forms.CharField(max_length=50, help_text="The customer sees this name.")
    email = forms.EmailField(label="E-mail address")
    days = forms.IntegerField(label="Days", min_value=1, max_value=730, initial=365)
    country = forms.ChoiceField(
        choices=[("", "Choose a country"), ("KR", "Korea"), ("CN", "China")]
    )
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    halves = forms.MultipleChoiceField(
        label="Ask for",
        choices=[("selling", "Selling"), ("roles", "Administration")],
        widget=forms.CheckboxSelectMultiple,
    )
    answer = forms.ChoiceField(
        choices=[("yes", "Allow"), ("no", "Do not allow")], widget=forms.RadioSelect
    )
    extend = forms.BooleanField(label="Extend when it ends", required=False)

    def clean(self) -> dict[str, object]:
        if self.data:
            raise forms.ValidationError("Nobody at this customer can decide on it.")
        return self.cleaned_data


class SampleFilter(forms.Form):
    """What somebody looks for in a list."""

    q = forms.CharField(label="Search", required=False, help_text="The beginning of a name.")
    since = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


def samples() -> dict[str, object]:
    """What the examples show."""
    return {
        "organisation": SimpleNamespace(
            name="Alder Systems", get_kind_display="Direct bill partner"
        ),
        "person": SimpleNamespace(
            name="Jiwoo Han", email="admin.agent@alder.example", is_authenticated=True
        ),
        "nav": [
            {"label": "Home", "url": "#home", "icon": "house", "current": False},
            {"label": "Customers", "url": "#customers", "icon": "building-2", "current": True},
            {"label": "Requests", "url": "#requests", "icon": "inbox", "current": False},
            {"label": "People", "url": "#people", "icon": "users", "current": False},
        ],
        "said": [
            Message(constants.SUCCESS, "The request was created."),
            Message(constants.ERROR, "This request was cancelled by the partner."),
        ],
        "states": ["active", "open", "paused", "winding_down", "declined", "expired", "draft"],
        "form": SampleForm(auto_id="plain_%s"),
        "bare_form": SampleForm(auto_id="bare_%s"),
        "wrong_form": SampleForm(
            {"email": "han", "days": "1000", "reason": "한국어 · 中文"}, auto_id="wrong_%s"
        ),
        "filter": SampleFilter({}, auto_id="filter_%s"),
        "moment": datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
        "subscriptions": [
            ("Exchange Online (Plan 1)", "Birch Cloud", "active", "1,250"),
            ("Microsoft 365 Business Premium", "Birch Cloud", "suspended", "48"),
            ("Power BI Pro", "the operator", "active", "7"),
        ],
        "steps": [
            {"label": "What to ask for", "state": "done"},
            {"label": "Whom to ask", "state": "current"},
            {"label": "Review", "state": "todo"},
        ],
        "tabs": [
            {"label": "Waiting", "url": "#waiting", "current": True, "count": 3},
            {"label": "Decided", "url": "#decided", "current": False, "count": 128},
        ],
        "can": ["Create and remove mailboxes", "Change mail flow rules and connectors"],
        "cannot": ["Read what stands in a mailbox", "Buy, change or cancel a subscription"],
        "notes": ["Birch Cloud administers Exchange for you today."],
        "unconfirmed": SimpleNamespace(domain_confirmed_at=None),
        "confirmed": SimpleNamespace(domain_confirmed_at=datetime(2026, 11, 23, tzinfo=UTC)),
        "names": ["Min-seo Park, global admin", "Wei Zhang, partner-relationships admin"],
    }


@require_safe
@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Draw every component, on the side that the address names."""
    if not (settings.DEMO or settings.DEBUG):
        raise Http404
    side = request.GET.get("side", SIDES[0])
    if side not in SIDES:
        raise Http404
    names = sorted(path.stem for path in (TEMPLATES / "components").glob("*.html"))
    context = samples() | {
        "layout": f"layouts/{side}.html",
        "exhibits": [Exhibit(name) for name in names],
        "sides": [
            {"label": name, "url": f"?side={name}", "current": name == side} for name in SIDES
        ],
    }
    return render(request, "dev/gallery.html", context)
