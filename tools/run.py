"""Prepare the database, then run web server and worker together until Ctrl-C or until one ends.

`make run` calls this. It runs a demo unless DEMO says otherwise, in the environment or in `.env`.
"""

import http.client
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import environ

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_BE_READY = 60
SECONDS_TO_STOP = 15


class CannotRun(Exception):
    """A sentence for the person who typed the command."""


class Address:
    """Where the site listens."""

    def __init__(self, host: str, port: str) -> None:
        if not (port.isdecimal() and 0 < int(port) < 65536):
            raise CannotRun(f"PORT is {port!r}, but must be a number from 1 to 65535.")
        self.host = host
        self.port = int(port)

    @property
    def reachable_host(self) -> str:
        """Where this machine itself reaches the site."""
        try:
            ip = ipaddress.ip_address(self.host)
        except ValueError:
            return self.host
        if ip.is_unspecified:
            return "127.0.0.1" if ip.version == 4 else "::1"
        return self.host

    @property
    def url(self) -> str:
        """By name where it can be: browsers keep no passkey for an address in numbers."""
        host = self.reachable_host
        if host in ("127.0.0.1", "::1"):
            host = "localhost"
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def refuse_if_taken(self) -> None:
        try:
            family, kind, _, _, place = socket.getaddrinfo(
                self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            with socket.socket(family, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
        except OSError as error:
            raise CannotRun(
                f"Cannot listen on {self.host} port {self.port} ({error.strerror}); "
                "another PORT or HOST can be named: make run PORT=8001"
            ) from error


class Child:
    """One of the two processes that make the site."""

    def __init__(self, name: str, arguments: list[str]) -> None:
        self.name = name
        # A session of its own: Ctrl-C reaches this program only, which then stops both in order.
        self.process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, start_new_session=True
        )

    def ask_to_stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()

    def stop(self, deadline: float) -> None:
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"The {self.name} does not stop and is killed.", file=sys.stderr)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # also what a dead parent left behind
        self.process.wait()


def configure() -> Address:
    """Complete the environment; both children inherit it."""
    environ.Env.read_env(ROOT / ".env")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnercenter.settings")
    os.environ.setdefault("DEMO", "1")
    os.environ["PYTHONUNBUFFERED"] = "1"
    address = Address(os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000")
    env = environ.Env()
    if env.bool("DEMO") and not address.is_loopback and not env.bool("DEMO_ALLOW_PUBLIC", False):
        raise CannotRun(
            f"A demo has passwords that everybody knows, so it does not listen on {address.host}: "
            "leave HOST out, set DEMO_ALLOW_PUBLIC=1 if you mean it, or DEMO=0 for a real site."
        )
    if env.bool("DEMO"):
        os.environ.setdefault("SITE_URL", address.url)
    return address


def prepare() -> list[str]:
    """Bring the database up to the code; the lines that name a demo's accounts."""
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, call_command
    from django.db import DatabaseError

    try:
        django.setup()
        from django.conf import settings

        from relationships.signin.demo_rules import refuse_foreign_users

        refuse_foreign_users()  # before anything is written
        print("Preparing the database ...", flush=True)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        if not settings.DEMO:
            call_command("collectstatic", interactive=False, verbosity=0)
            return []
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # or its absence is warned of
        call_command("demo")
        return [capture("demo", "--accounts")]
    except ImproperlyConfigured as error:
        raise CannotRun(str(error)) from error
    except CommandError as error:
        raise CannotRun(str(error)) from error
    except DatabaseError as error:
        raise CannotRun(f"The database refuses: {' '.join(str(error).split())}") from error


def capture(*command: str) -> str:
    from io import StringIO

    from django.core.management import call_command

    output = StringIO()
    call_command(*command, stdout=output)
    return output.getvalue().rstrip()


def start(address: Address) -> list[Child]:
    from django.db import connections

    connections.close_all()  # from here on only the children talk to the database
    server = ["--host", address.host, "--port", str(address.port), "--interface", "wsgi", "--no-ws"]
    server += ["--workers", os.environ.get("WEB_WORKERS") or "1"]
    server += ["--blocking-threads", os.environ.get("WEB_THREADS") or "4"]
    server += ["--log-level", "warning", "--workers-kill-timeout", "5"]
    return [
        Child("web server", ["-m", "granian", *server, "partnercenter.wsgi:application"]),
        Child("worker", ["manage.py", "worker"]),
    ]


def ready(address: Address) -> tuple[bool, str]:
    """Whether the site says so itself, and in which words it does not."""
    from django.conf import settings
    from django.http.request import validate_host

    host = address.reachable_host
    if not validate_host(host, settings.ALLOWED_HOSTS) and settings.ALLOWED_HOSTS:
        host = settings.ALLOWED_HOSTS[0].lstrip(".")
    connection = http.client.HTTPConnection(address.reachable_host, address.port, timeout=5)
    try:
        connection.request("GET", "/readyz/", headers={"Host": host})
        answer = connection.getresponse()
        return answer.status == 200, f"{answer.status} {answer.read(500).decode(errors='replace')}"
    except OSError as error:
        return False, str(error)
    finally:
        connection.close()


def supervise(children: list[Child], address: Address, accounts: list[str]) -> int:
    """0 after Ctrl-C or SIGTERM, 1 when a child ended by itself or the site never got ready."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    announced = False
    patience = time.monotonic() + SECONDS_TO_BE_READY
    while not stopping.wait(0.2):
        for child in children:
            if (code := child.process.poll()) is not None:
                print(f"The {child.name} ended with code {code}: stopping.", file=sys.stderr)
                return 1
        if announced:
            continue
        announced, answer = ready(address)
        if announced:
            print("\n".join(["", f"Partner Center runs at {address.url}/", *accounts]))
            print("\nCtrl-C stops it.", flush=True)
        elif time.monotonic() > patience:
            print(f"The site does not get ready: {answer}", file=sys.stderr)
            return 1
    return 0


def main() -> int:
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    try:
        address = configure()
        address.refuse_if_taken()
        accounts = prepare()
    except CannotRun as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    children = start(address)
    try:
        return supervise(children, address, accounts)
    finally:
        deadline = time.monotonic() + SECONDS_TO_STOP
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.stop(deadline)


if __name__ == "__main__":
    sys.exit(main())
