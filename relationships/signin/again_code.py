"""The code by mail with which a person without password or second factor proves who they are."""

import time
from enum import Enum, auto

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

SESSION_KEY = "signin_again_code"
LIFETIME = 10 * 60
TRIES = 5


class Answer(Enum):
    """What became of a typed code."""

    RIGHT = auto()
    WRONG = auto()
    GONE = auto()


def is_out(request: HttpRequest) -> bool:
    """Whether a code was sent to this person that can still be used."""
    state = request.session.get(SESSION_KEY)
    if not state or state["user"] != request.user.pk:
        return False
    return state["tries"] < TRIES and time.time() - state["at"] < LIFETIME


def send(request: HttpRequest) -> None:
    """Mail a new code; an older one is worth nothing from now on."""
    adapter = get_adapter()
    code = adapter.generate_login_code()
    request.session[SESSION_KEY] = {
        "user": request.user.pk,
        "digest": _digest(request, code),
        "at": time.time(),
        "tries": 0,
    }
    adapter.send_mail(
        "account/email/sign_in_again",
        request.user.email,  # type: ignore[union-attr]
        {"user": request.user, "code": code, "minutes": LIFETIME // 60},
    )


def answer(request: HttpRequest, typed: str) -> Answer:
    """Weigh a typed code; the right one is used up and noted as a fresh sign-in."""
    if not is_out(request):
        return Answer.GONE
    state = request.session[SESSION_KEY]
    if constant_time_compare(_digest(request, typed), state["digest"]):
        del request.session[SESSION_KEY]
        request.session.cycle_key()
        proved = {"reauthenticated": True, "email": request.user.email}  # type: ignore[union-attr]
        record_authentication(request, request.user, method="code", **proved)  # type: ignore[arg-type]
        return Answer.RIGHT
    request.session[SESSION_KEY] = {**state, "tries": state["tries"] + 1}
    return Answer.WRONG if is_out(request) else Answer.GONE


def _digest(request: HttpRequest, code: str) -> str:
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return salted_hmac(SESSION_KEY, f"{request.user.pk}:{plain}", algorithm="sha256").hexdigest()
