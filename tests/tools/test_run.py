"""`tools/run.py`: what it refuses, and that both processes live and end together."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINUX_ONLY = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A demo with a database and mails of its own."""
    folder = tmp_path_factory.mktemp("demo")
    return {
        **os.environ,
        "DEMO": "1",
        "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
        "DEMO_MAIL_DIR": str(folder / "mail"),
        "SECRET_KEY": "only-for-tests",
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        "SITE_URL": "http://127.0.0.1",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(environment):
    return subprocess.Popen(
        [sys.executable, ROOT / "tools" / "run.py"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def children_of(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def family_of(pid: int) -> dict[str, int]:
    """The two children, by what they are."""
    return {
        "web server"
        if b"granian" in Path(f"/proc/{child}/cmdline").read_bytes()
        else "worker": child
        for child in children_of(pid)
    }


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Running:
    """A started site, and everything that must be gone after it."""

    def __init__(self, environment) -> None:
        self.url = f"http://localhost:{environment['PORT']}"
        self.process = start(environment)
        self.output = ""
        while "Ctrl-C stops it" not in self.output:
            line = self.process.stdout.readline()
            assert line, self.output
            self.output += line
        self.family = family_of(self.process.pid)
        self.everybody = [
            *self.family.values(),
            *(pid for child in self.family.values() for pid in children_of(child)),
        ]

    def end(self) -> int:
        rest, _ = self.process.communicate(timeout=30)
        self.output += rest
        return self.process.returncode

    def left_over(self) -> list[int]:
        end = time.monotonic() + 5
        while (left := [pid for pid in self.everybody if lives(pid)]) and time.monotonic() < end:
            time.sleep(0.1)
        return left


@pytest.fixture
def running(environment):
    site = Running(environment)
    yield site
    if site.process.poll() is None:
        site.process.kill()
        for pid in site.everybody:
            if lives(pid):
                os.kill(pid, signal.SIGKILL)
        site.process.wait()


@LINUX_ONLY
class TestRunning:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_stops_both_when_asked_to(self, running, number):
        assert set(running.family) == {"web server", "worker"}
        with urlopen(f"{running.url}/readyz/") as answer:
            assert answer.status == 200
        running.process.send_signal(number)
        assert running.end() == 0
        assert not running.left_over()

    @pytest.mark.parametrize("name", ["web server", "worker"])
    def test_stops_the_other_when_one_dies(self, running, name):
        os.kill(running.family[name], signal.SIGKILL)
        assert running.end() == 1
        assert f"The {name} ended" in running.output
        assert not running.left_over()

    def test_names_the_address_and_the_accounts(self, running):
        running.process.terminate()
        running.end()
        assert f"{running.url}/" in running.output
        assert "admin.agent@alder.example" in running.output
        assert "partner-center-demo" in running.output


class TestRefusing:
    def refused(self, environment, **changes) -> str:
        process = start({**environment, **changes})
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "Traceback" not in output
        assert len(output.strip().splitlines()) == 1
        return output

    def test_a_port_that_is_taken(self, environment):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = str(other.getsockname()[1])
            assert f"port {port}" in self.refused(environment, PORT=port)

    @pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
    def test_a_port_that_is_none(self, environment, port):
        assert "PORT" in self.refused(environment, PORT=port)

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "partners.example"])
    def test_a_demo_for_other_machines(self, environment, host):
        assert "DEMO_ALLOW_PUBLIC" in self.refused(environment, HOST=host)

    def test_a_real_site_without_a_key(self, environment):
        assert "SECRET_KEY" in self.refused(environment, DEMO="0", SECRET_KEY="")

    def test_a_database_that_does_not_answer(self, environment):
        output = self.refused(environment, DATABASE_URL="postgres://nobody@/none?host=/nowhere")
        assert "database" in output

    def test_a_demo_among_real_people(self, environment, tmp_path):
        file = tmp_path / "real.sqlite3"
        url = {"DATABASE_URL": f"sqlite:///{file}"}
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=ROOT,
            env={**environment, **url},
            check=True,
        )
        make_person = (
            "from accounts.models import User; User.objects.create_user(email='ann@real.example')"
        )
        subprocess.run(
            [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", make_person],
            cwd=ROOT,
            env={**environment, **url, "DEMO": "0"},
            check=True,
        )
        assert "demo" in self.refused(environment, **url)
        with sqlite3.connect(file) as connection:
            (people,) = connection.execute("SELECT count(*) FROM accounts_user").fetchone()
        assert people == 1
