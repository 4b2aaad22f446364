"""Starting and ending the identity provider, and what its people do there without a browser."""

import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "provider-password"


@dataclass(frozen=True)
class IdentityProvider:
    """The running process, from outside."""

    issuer: str
    secret: str = "secret-of-the-client"

    def client(self, *redirect_uris: str) -> str:
        """The id of a new client that may send people back to these addresses."""
        given = {"redirect_uris": list(redirect_uris), "secret": self.secret}
        return self._told("client", given)["client_id"]

    def person(
        self, email: str, *, verified: bool = True, name: str = "Robin Reed", username: str = ""
    ) -> str:
        """A person there, by their `sub`; the same user name changes the address."""
        given = {"email": email, "verified": verified, "name": name, "password": PASSWORD}
        return self._told("person", {**given, "username": username or secrets.token_hex(8)})["sub"]

    def signs_in(self, email: str, authorize_url: str) -> str:
        """Go where the site leads, sign in there, and come back with this address."""
        with requests.Session() as browser:
            page = browser.get(authorize_url, timeout=10)
            form = {"login": email, "password": PASSWORD}
            answer = browser.post(page.url, data=form, allow_redirects=False, timeout=10)
            while answer.is_redirect:
                address = answer.headers["Location"]
                if "/callback/" in address.split("?")[0]:
                    return address
                answer = browser.get(
                    requests.compat.urljoin(self.issuer, address),
                    allow_redirects=False,
                    timeout=10,
                )
        raise AssertionError(f"the provider led nowhere: {answer.status_code} {answer.text[:500]}")

    def _told(self, what: str, given: dict[str, object]) -> dict[str, str]:
        answer = requests.post(f"{self.issuer}/test/{what}/", json=given, timeout=10)
        answer.raise_for_status()
        return answer.json()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """The provider on a port of its own, until the block ends."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.identity_provider", str(port), folder]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n", "the provider did not start"
                yield IdentityProvider(issuer=f"http://127.0.0.1:{port}")
            finally:
                process.terminate()
                process.wait(10)


def parameters(address: str) -> dict[str, str]:
    """What an address says after its question mark."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
