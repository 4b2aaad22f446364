"""Tests under the role that `deploy/roles.sql` makes for production."""

import fcntl
import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from django.db.backends.signals import connection_created

from tools.with_postgres import programs

NAME = os.environ.get("TEST_DATABASE_ROLE", "")
SCRIPT = Path(__file__).resolve().parent.parent / "deploy" / "roles.sql"


def make(connection, name: str = NAME) -> None:
    """Run the script on the tests' database, as an operator would."""
    options = connection.get_connection_params()
    with one_at_a_time():
        _run(options, name)


@contextmanager
def one_at_a_time():
    """A role belongs to all databases of a server, and each process of a test run has its own."""
    with (Path(tempfile.gettempdir()) / f"roles-of-tests-{os.getuid()}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(options: dict, name: str) -> None:
    subprocess.run(
        [
            programs() / "psql",
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            f"--dbname={options['dbname']}",
            f"--host={options.get('host', '')}",
            f"--username={options.get('user', '')}",
            f"--variable=app={name}",
            f"--file={SCRIPT}",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def taken(connection, name: str = NAME):
    """Act under the role, in other threads' connections too; the flush is the owner's again."""

    def take(sender, connection, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute(f'SET ROLE "{name}"')

    take(None, connection)
    connection_created.connect(take, dispatch_uid="tests.database_role")
    try:
        yield
    finally:
        connection_created.disconnect(dispatch_uid="tests.database_role")
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
