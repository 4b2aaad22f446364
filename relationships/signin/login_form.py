"""The sign-in form, which can be handed an address."""

from typing import Any

from allauth.account import forms
from django.utils.translation import gettext_lazy as _

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
