"""
Every guard of the database left out, whole and term by term: does a test of behaviour see it?

`python -m tests.mutation.guards [part of a mutant …]`, beside PostgreSQL under `with_postgres.py`.
The tests are collected once and pass once; then each mutant is installed in the test database and
the tests of its room run until one fails. What was found is kept in `var/mutation/`, so that a run
that was broken off goes on where it stopped.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from .conditions import terms
from .explained import GUARDS as EXPLAINED
from .findings import Findings

KEPT = "tests/relationships/test_guards.py"
PLACES = "tests/relationships/test_place_guards.py"
SUBSCRIPTIONS = ("guards", "changing", "aging", "ordering", "tampering")
TESTS = {
    "audit": ("tests/audit/test_guards.py", "tests/audit/test_log.py", KEPT),
    "customers": (PLACES, KEPT),
    "partners": (PLACES, KEPT),
    "subscriptions": (
        *(f"tests/subscriptions/test_{name}.py" for name in SUBSCRIPTIONS),
        "tests/relationships/test_renewing.py",
        KEPT,
    ),
    "relationships": (
        "tests/relationships/test_later_guards.py",
        "tests/relationships/admin/test_breaches.py",
        "tests/relationships/test_renewing.py",
        "tests/relationships/test_seconding.py",
        KEPT,
        "tests/subscriptions/test_ordering.py",
        *(f"tests/relationships/test_{name}.py" for name in ("extending", "renewal")),
    ),
}
# They compare what is installed with what is declared, and say nothing of what a guard does.
NO_BEHAVIOUR = "tests/subscriptions/test_guards.py::TestDroppedByHand"
# After each test all is torn down that this one of another folder does not share.
ELSEWHERE = "tests/mutation/test_conditions.py::test_one_term_is_no_list"


@dataclass(frozen=True)
class Mutant:
    room: str
    guard: Any
    instead: Any  # the guard in its place; None leaves it out
    what: str

    def __str__(self) -> str:
        return f"{self.guard.name}: {self.what}"


def mutants(engine: str) -> Iterator[Mutant]:
    """Each guard left out, and each term; on PostgreSQL only the terms that SQLite has not."""
    from partnercenter.lib.guards import registry

    for room, guards in registry._declared.items():
        for guard in guards:
            if not registry.runs_on(guard, engine):
                continue
            yield Mutant(room, guard, None, "left out")
            if engine not in ("sqlite", guard.engine):
                continue
            seen: Counter[str] = Counter()
            for column in ("when", "forbidden"):
                condition = getattr(guard, column)
                for term in terms(condition):
                    what = f"{column} without {term.text(condition)}"
                    seen[what] += 1
                    instead = replace(guard, **{column: term.left_out(condition)})
                    again = f" ({seen[what]})" if seen[what] > 1 else ""
                    yield Mutant(room, guard, instead, what + again)


class Mutation:
    """The plugin that runs the tests once for each mutant, in one database."""

    def __init__(self, wanted: list[str]) -> None:
        self.wanted = wanted
        self.unexplained = -1
        self.killers: dict[str, list[Any]] = {}

    @pytest.fixture(scope="session", autouse=True)
    def _opened(self, django_db_setup, django_db_blocker):
        self.blocker = django_db_blocker

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        from django.db import connection

        self.elsewhere = session.items[-1]
        self.by_file: dict[str, list[Any]] = {}
        for item in session.items[:-1]:
            self.by_file.setdefault(item.location[0], []).append(item)
        engine = connection.vendor
        chosen = [one for one in mutants(engine) if self._is_wanted(one)]
        files = {file for mutant in chosen for file in TESTS[mutant.room]}
        items = [item for item in session.items[:-1] if item.location[0] in files]
        print(f"\n{len(chosen)} mutants, {len(items)} tests, {engine}", flush=True)
        if failing := [item.nodeid for item in items if self._fails(item)]:
            print("These fail without any mutant:", *failing, sep="\n  ")
            return True
        findings = Findings(f"guards-{engine}")
        for number, mutant in enumerate(chosen, 1):
            if str(mutant) not in findings:
                began = time.monotonic()
                findings.add(str(mutant), self._killer(mutant))
                took = time.monotonic() - began
                found = findings[str(mutant)] or "SURVIVED"
                print(f"{number}/{len(chosen)} {took:.1f}s {mutant} -> {found}", flush=True)
        self.unexplained = findings.sum_up([str(one) for one in chosen], EXPLAINED)
        return True

    def _is_wanted(self, mutant: Mutant) -> bool:
        return not self.wanted or any(part in str(mutant) for part in self.wanted)

    def _killer(self, mutant: Mutant) -> str:
        """The first test that fails under the mutant; those that killed its like come first."""
        likely = self.killers.setdefault(mutant.guard.name, [])
        items = [item for file in TESTS[mutant.room] for item in self.by_file[file]]
        if mutant.guard.name.startswith(f"guard_{mutant.guard.table}"):
            items.sort(key=lambda item: f"{mutant.guard.table}-" not in item.name.replace("]", "-"))
        with self._installed(mutant):
            rest = [item for item in items if item not in likely]
            killer = next((item for item in [*likely, *rest] if self._fails(item)), None)
        if killer is None:
            return ""
        if self._fails(killer):
            raise RuntimeError(f"{killer.nodeid} fails without {mutant} as well.")
        if killer in likely:
            likely.remove(killer)
        likely.insert(0, killer)
        return killer.nodeid

    def _fails(self, item: Any) -> bool:
        reports = runtestprotocol(item, log=False, nextitem=self.elsewhere)
        return any(report.failed for report in reports)

    @contextmanager
    def _installed(self, mutant: Mutant) -> Iterator[None]:
        from partnercenter.lib.guards import registry

        true = registry._declared[mutant.room]
        mutated = [mutant.instead if one is mutant.guard else one for one in true]
        registry._declared[mutant.room] = tuple(one for one in mutated if one)
        self._install_all()
        try:
            yield
        finally:
            registry._declared[mutant.room] = true
            self._install_all()

    def _install_all(self) -> None:
        """All anew: SQLite asks its triggers in an order that depends on when each was made."""
        from partnercenter.lib.guards import install, uninstall

        with self.blocker.unblock():
            uninstall()
            install()


def main(wanted: list[str]) -> int:
    # Beside the file of a suite that runs at the same time.
    os.environ.setdefault("TEST_DATABASE_SUFFIX", "-mutation")
    files = sorted({file for files in TESTS.values() for file in files})
    plugin = Mutation(wanted)
    quiet = ["-q", "--no-header", "-p", "no:cacheprovider", "--create-db"]
    code = pytest.main([*files, ELSEWHERE, "--deselect", NO_BEHAVIOUR, *quiet], plugins=[plugin])
    return int(code) or int(plugin.unexplained != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
