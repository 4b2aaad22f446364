"""What is settled for every page: language, time zone, and how strong the sign-in must be."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation

from . import policy, strength


class PreferencesMiddleware:
    """Answers in the person's own language and time zone; the browser's wish is for guests."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        if request.user.language in dict(settings.LANGUAGES):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(request.user.zone):
            return self.get_response(request)


# What stays open to who has yet to prove more: the pages of the account, and files.
OPEN = (
    "/accounts/",
    "/profile/",
    "/sign-in-again/",
    "/strong-sign-in/",
    "/static/",
    "/.well-known/",
)


class StrengthMiddleware:
    """Leads whoever must sign in more strongly to where they can, and remembers where they went."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.path.startswith(OPEN)
            or not strength.demanded_of(request.user)
            or strength.is_strong(request)
        ):
            return self.get_response(request)
        self._remember(request)
        return redirect("signin:strong")

    def _remember(self, request: HttpRequest) -> None:
        """The page, or the one whose form was sent; the way out of the account's pages is none."""
        wanted = request.get_full_path()
        if request.method not in ("GET", "HEAD"):
            wanted = request.headers.get("Referer", "")
            if not policy.is_own_address(request, wanted):
                return
        if request.path != reverse("signin:home") or strength.NEXT_KEY not in request.session:
            request.session[strength.NEXT_KEY] = wanted
