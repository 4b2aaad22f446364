"""
Requests to identity providers, whose addresses people type.

A global admin of any organisation names the address, and the site asks it: so nothing inside the
operator's network is asked, no redirect is followed, and no answer is read without an end.
"""

from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests_hardened.client import HTTPSession
from requests_hardened.config import Config

LONGEST = 512 * 1024
SECONDS = (5.0, 10.0)  # to connect, and between two pieces of the answer


class TooLong(requests.RequestException):
    """The answer is longer than any that this site needs."""


class Session(HTTPSession):
    """Addresses of the public web only; the operator's own providers may be inside."""

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
        for entry in settings.SINGLE_SIGN_ON:
            parts = urlsplit(entry["issuer"])
            self.mount(f"{parts.scheme}://{parts.netloc}/", requests.adapters.HTTPAdapter())

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        address = str(request.url)
        if not address.startswith("https://") and not settings.PLAIN_HTTP:
            raise requests.exceptions.InvalidSchema(f"Only https is asked, not {address}")
        response = super().send(request, **{**kwargs, "stream": True})
        read = bytearray()
        for piece in response.iter_content(64 * 1024):
            read += piece
            if len(read) > LONGEST:
                response.close()
                raise TooLong(address, response=response)
        response._content = bytes(read)
        return response
