"""Every dependency is wanted for a reason, pinned, and pinned with hashes."""

import re
import tomllib

import pytest

from .sources import ROOT

FOLDER = ROOT / "requirements"
REASONS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["partnercenter"]["reasons"]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(file: str) -> set[str]:
    lines = (FOLDER / file).read_text().splitlines()
    return {
        normal(re.match(r"[A-Za-z0-9._-]+", line)[0])
        for line in lines
        if line and not line.startswith(("#", "-"))
    }


def pins(file: str) -> dict[str, tuple[str, int]]:
    """Name to version and number of hashes."""
    text = (FOLDER / file).read_text().replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)", line):
            found[normal(match[1])] = (match[2], line.count("--hash=sha256:"))
    return found


def test_every_dependency_has_a_reason():
    assert wanted("production.in") | wanted("development.in") == {normal(n) for n in REASONS}
    assert all(len(reason) > 20 for reason in REASONS.values())


@pytest.mark.parametrize("kind", ["production", "development"])
def test_every_dependency_is_pinned(kind):
    assert wanted(f"{kind}.in") <= set(pins(f"{kind}.txt"))


@pytest.mark.parametrize("kind", ["production", "development"])
def test_every_line_of_a_lock_is_a_pin_with_a_hash(kind):
    text = (FOLDER / f"{kind}.txt").read_text().replace("\\\n", " ")
    requirements = [line for line in text.splitlines() if line.strip() and line[0] != "#"]
    assert requirements
    for line in requirements:
        assert re.match(r"[A-Za-z0-9._-]+(\[[^]]*\])?==", line), line
        assert "--hash=sha256:" in line, line


def test_development_pins_what_production_pins():
    production, development = pins("production.txt"), pins("development.txt")
    assert production.items() <= development.items()
