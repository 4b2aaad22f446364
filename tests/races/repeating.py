"""How often a race is run: a few times in `make test`, 200 times in `make soak`."""

import os

from django.db import connection

# Set by tools/soak.sh.
ASKED = int(os.environ.get("RACE_ATTEMPTS", "0"))


def attempts(on_postgresql: int = 20, on_sqlite: int = 1) -> range:
    """SQLite has one writer at a time, so that there is little to be seen by repeating."""
    usual = on_postgresql if connection.vendor == "postgresql" else on_sqlite
    return range(ASKED or usual)
