"""Run a command beside a throw-away PostgreSQL: `python tools/with_postgres.py pytest …`.

The command finds the server in `DATABASE_URL`. Only the server's programs are used, never a
server that is running already; `--find` prints where they are. A socket in a private folder is
the only way in. PostgreSQL refuses to run as root, so root hands it to another account.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
# Nothing in this database outlives the command, so durability would only cost time.
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
}
PATIENCE = 30.0


def programs() -> Path:
    """The folder with the newest server's programs, or the one that PG_BINDIR names."""
    candidates: list[Path] = []
    if named := os.environ.get("PG_BINDIR"):
        candidates.append(Path(named))
    if initdb := shutil.which("initdb"):
        candidates.append(Path(initdb).resolve().parent)
    installed = [path for place in PLACES for path in Path("/").glob(place.lstrip("/"))]
    candidates += sorted(
        installed, key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))], reverse=True
    )
    for folder in candidates:
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres", "pg_isready")):
            return folder
    sys.exit("PostgreSQL's programs are missing: install postgresql, or set PG_BINDIR.")


def other_account() -> dict[str, Any]:
    """How to start a process so that it is not root; empty for everybody else."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    sys.exit("PostgreSQL does not run as root, and there is no account postgres or nobody.")


@contextmanager
def server(folder: Path) -> Iterator[None]:
    """A PostgreSQL that listens on a socket in `folder` until the block ends."""
    bin_folder = programs()
    account = other_account()
    if account:
        os.chown(folder, account["user"], account["group"])
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    data, log = folder / "data", folder / "log"
    initdb: list[str | Path] = [
        bin_folder / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    subprocess.run(
        [*initdb, "--no-sync", "--no-instructions"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
        env=environment,
        **account,
    )
    options = [f"--{name}={value}" for name, value in OPTIONS.items()]
    with log.open("w") as output:
        process = subprocess.Popen(
            [bin_folder / "postgres", "-D", data, f"--unix_socket_directories={folder}", *options],
            cwd="/",
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for the command; the server stops after it
            **account,
        )
    try:
        wait_until_ready(bin_folder, folder, process)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(10)


def wait_until_ready(bin_folder: Path, folder: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        asked = subprocess.run([bin_folder / "pg_isready", "-q", "-h", folder], check=False)
        if asked.returncode == 0:
            return
        time.sleep(0.05)
    sys.exit("PostgreSQL did not start:\n" + (folder / "log").read_text())


def run(command: list[str]) -> int:
    """The command's exit code; Ctrl-C and SIGTERM end the command first, then the server."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path may have 107 bytes
    try:
        with server(folder):
            process = subprocess.Popen(
                command,
                env={**os.environ, "DATABASE_URL": f"postgres://postgres@/postgres?host={folder}"},
            )
            signal.signal(signal.SIGTERM, lambda *_: process.terminate())
            # A terminal sends Ctrl-C to the command as well: waiting for it is enough.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            return process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(arguments: list[str]) -> int:
    if arguments == ["--find"]:
        print(programs())
        return 0
    if not arguments:
        print(__doc__)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    code = run(arguments)
    return 128 - code if code < 0 else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
