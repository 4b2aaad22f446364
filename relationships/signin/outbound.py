"""
Requests to identity providers, whose addresses people type.

A global admin of any organisation names the address, and the site asks it: so nothing inside the
operator's network is asked, no redirect is followed, and no answer is read without an end, neither
of its length nor of its time.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from requests_hardened.client import HTTPSession
from requests_hardened.config import Config
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

LONGEST = 512 * 1024
SECONDS = (5.0, 5.0)  # to connect, and between two pieces of the answer
IN_ALL = 12.0

_trusted: ContextVar[str] = ContextVar("trusted", default="")
_open = threading.local()


class TooLong(requests.RequestException):
    """The answer is longer than any that this site needs."""


class _Remembered:
    """A connection that can be cut from outside."""

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        _open.sockets.append(self.sock)  # type: ignore[attr-defined]


class _PlainConnection(_Remembered, HTTPConnection):
    pass


class _TlsConnection(_Remembered, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


@contextmanager
def trusting(issuer: str) -> Iterator[None]:
    """Within the block this provider, which the operator has named, may be inside."""
    parts = urlsplit(issuer)
    token = _trusted.set(f"{parts.scheme}://{parts.netloc}/" if issuer else "")
    try:
        yield
    finally:
        _trusted.reset(token)


class Session(HTTPSession):
    """Addresses of the public web only, but for the provider that the block trusts."""

    def __init__(self) -> None:
        super().__init__(
            Config(
                ip_filter_enable=True,
                ip_filter_allow_loopback_ips=settings.PLAIN_HTTP,
                never_redirect=True,
                default_timeout=SECONDS,
                user_agent_override="PartnerCenter",
            )
        )
        self.trust_env = False
        if _trusted.get():
            self.mount(_trusted.get(), HTTPAdapter())
        pools: Any = {"http": _PlainPool, "https": _TlsPool}
        for adapter in self.adapters.values():
            adapter.poolmanager.pool_classes_by_scheme = pools  # type: ignore[attr-defined]

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        address = str(request.url)
        if not address.startswith("https://") and not settings.PLAIN_HTTP:
            raise requests.exceptions.InvalidSchema(f"Only https is asked, not {address}")
        sockets: list[socket.socket] = []
        over = threading.Event()
        _open.sockets = sockets
        alarm = threading.Timer(IN_ALL, _cut, [sockets, over])
        alarm.daemon = True
        alarm.start()
        try:
            response = super().send(request, **{**kwargs, "stream": True, "timeout": SECONDS})
            response._content = _read(response)
        except TooLong:
            raise
        except Exception as error:
            if over.is_set():
                raise requests.Timeout(address) from error
            raise
        finally:
            alarm.cancel()
        if over.is_set():
            raise requests.Timeout(address)
        return response


def _read(response: requests.Response) -> bytes:
    read = bytearray()
    for piece in response.iter_content(64 * 1024):
        read += piece
        if len(read) > LONGEST:
            response.close()
            raise TooLong(response.url, response=response)
    return bytes(read)


def _cut(sockets: list[socket.socket], over: threading.Event) -> None:
    over.set()
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
