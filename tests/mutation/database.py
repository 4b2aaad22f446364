"""
A pytest plugin: each process gets its own copy of a database that is migrated already.

Migrating afresh would cost several seconds a mutant. What every start migrates again, though
nothing is left to migrate, are the guards: those of the mutant take the place of the copied ones.
"""

import importlib
import os
import shutil
from pathlib import Path

TEMPLATE = os.environ["MUTATION_TEMPLATE"]
SUFFIX = f"-{os.getpid()}"
# What these modules call while they are imported counts for every test: all see its outcome.
IMPORTED = ("audit.guards", "customers.guards", "relationships.guards", "subscriptions.guards")

os.environ["TEST_DATABASE_SUFFIX"] = SUFFIX
COPY = Path.cwd() / "var" / f"test{SUFFIX}.sqlite3"
COPY.parent.mkdir(exist_ok=True)
shutil.copyfile(TEMPLATE, COPY)


def pytest_runtest_setup() -> None:
    if os.environ.get("MUTANT_UNDER_TEST") == "stats":
        for name in IMPORTED:
            module = importlib.reload(importlib.import_module(name))
            for declaration in module.GUARDS:
                declaration.guards()


def pytest_unconfigure() -> None:
    for path in COPY.parent.glob(f"{COPY.name}*"):
        path.unlink(missing_ok=True)
