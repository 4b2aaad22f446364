"""The sign-in form, which can be handed an address."""

from typing import Any

from allauth.account import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from . import policy
from .demo_rules import DEMO_PASSWORD, DemoAccount, demo_accounts


class LoginForm(forms.LoginForm):
    """Address and password; the address may come with the link, and the demo offers its own."""

    demo_password = DEMO_PASSWORD

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "remember" in self.fields:
            self.fields["remember"].label = _("Keep me signed in")
        if self.request is not None:
            self.fields["login"].initial = self.request.GET.get("email", "")

    def demo_accounts(self) -> list[DemoAccount]:
        return list(demo_accounts())

    def sign_on_url(self) -> str:
        """Single sign-on, on the way to where the person is going."""
        request = self.request
        wanted = request.POST.get("next") or request.GET.get("next") or ""
        return policy.with_next(request, reverse("signin:sign-on"), wanted)
