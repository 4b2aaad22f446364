"""Demo mode's mailbox: the mails of everybody, for whoever tries the product on their machine."""

import re
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import wraps
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .demo import folder

SHOWN = 200
LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")


class Piece(NamedTuple):
    """A run of plain text, with an address where it may be followed."""

    text: str
    href: str


def _only_in_demo_mode(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @login_not_required
    @never_cache
    @require_safe
    @wraps(view)
    def wrapper(request: HttpRequest, **kwargs: str) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, **kwargs)

    return wrapper


@_only_in_demo_mode
def mail_list(request: HttpRequest) -> HttpResponse:
    """The newest mails, of everybody or to one address."""
    recipient = request.GET.get("to", "").strip()[:254]
    mails = [
        {"name": path.name, "to": mail["To"], "subject": mail["Subject"], "date": _date(mail)}
        for path, mail in _newest(recipient)
    ]
    return render(request, "mail/dev_list.html", {"mails": mails, "recipient": recipient})


@_only_in_demo_mode
def mail_detail(request: HttpRequest, *, name: str) -> HttpResponse:
    """One mail: its text with the links that lead to this site, and the source of its HTML."""
    path = folder() / name
    if not path.is_file():
        raise Http404
    mail = _parsed(path)
    html = mail.get_body(("html",))
    context = {
        "mail": {"to": mail["To"], "from": mail["From"], "subject": mail["Subject"]},
        "date": _date(mail),
        "pieces": list(_pieces(_text(mail), request)),
        "html": html.get_content() if html else "",
    }
    return render(request, "mail/dev_message.html", context)


def _newest(recipient: str) -> Iterator[tuple[Path, EmailMessage]]:
    shown = 0
    # The names begin with the time.
    for path in sorted(folder().glob("*.eml"), reverse=True):
        mail = _parsed(path, headers_only=not recipient)
        if recipient.casefold() in str(mail["To"]).casefold():
            yield path, mail
            shown += 1
        if shown == SHOWN:
            return


def _parsed(path: Path, headers_only: bool = False) -> EmailMessage:
    parser = BytesParser(policy=policy.default)
    return parser.parsebytes(path.read_bytes(), headersonly=headers_only)


def _date(mail: EmailMessage) -> object:
    return mail["Date"].datetime if mail["Date"] else None


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return body.get_content() if body else ""


def _pieces(text: str, request: HttpRequest) -> Iterator[Piece]:
    own_hosts = {request.get_host(), settings.SITE_URL.partition("://")[2]}
    end = 0
    for found in LINK.finditer(text):
        yield Piece(text[end : found.start()], "")
        url, end = found.group(), found.end()
        own = url_has_allowed_host_and_scheme(url, own_hosts)
        yield Piece(url, url if own else "")
    yield Piece(text[end:], "")
