"""allauth's addresses that need more than allauth asks; they stand before allauth's own."""

from allauth.account import views
from allauth.account.decorators import reauthentication_required
from django.urls import path, re_path
from django.views.generic.base import RedirectView

from .own_account import sessions
from .own_address import address

urlpatterns = [
    # A first password is a new way to prove who one is, so the old way comes first.
    path(
        "password/set/",
        reauthentication_required(app="allauth.account")(views.password_set),
        name="account_set_password",
    ),
    # allauth asks the new address alone.
    path("email/", address, name="account_email"),
    # allauth's pages of accounts elsewhere say nothing that ours do not.
    re_path(r"^3rdparty/.*$", RedirectView.as_view(pattern_name="signin:profile")),
    # allauth's own page ends all others at once; ours also a single one.
    path("sessions/", sessions, name="usersessions_list"),
]
