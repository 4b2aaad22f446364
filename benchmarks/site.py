"""A site with an empty database of its own, for a benchmark."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def site() -> Iterator[None]:
    """Set Django up on DATABASE_URL, or on a SQLite file that is removed afterwards; migrate it."""
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/benchmark.sqlite3")
        os.environ.update(
            DJANGO_SETTINGS_MODULE="partnercenter.settings", DEMO="1", SECRET_KEY="benchmark"
        )
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", verbosity=0)
        yield
        connection.close()
