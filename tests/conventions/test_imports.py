"""The import contract holds, covers every module, and is seen red when it is broken."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from .sources import ROOMS, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
LINT = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def copy(tmp_path):
    """The rooms' Python as it is, where it may be spoilt."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def lint(folder):
    return subprocess.run(
        [LINT, "--no-logo", "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_holds(copy):
    result = lint(copy)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "imports", "contract"),
    [
        ("customers", "partners", "Imports go down only"),
        ("partners", "customers", "Imports go down only"),
        ("accounts", "relationships", "Imports go down only"),
        ("audit", "mail", "Imports go down only"),
        ("mail", "accounts", "Imports go down only"),
        ("subscriptions", "partnercenter.urls", "Imports go down only"),
        ("partnercenter/lib", "accounts", "partnercenter.lib knows no model"),
    ],
)
def test_is_red_when_broken(copy, module, imports, contract):
    (copy / module / "spoilt.py").write_text(f"def late():\n    import {imports}\n")
    result = lint(copy)
    assert result.returncode != 0
    assert f"{contract} BROKEN" in result.stdout


def test_names_every_room_and_every_module_of_the_root():
    layers = next(c for c in PROJECT["contracts"] if c["type"] == "layers")["layers"]
    named = {part.strip(" ()") for layer in layers for part in layer.replace("|", ":").split(":")}
    root_modules = {
        f"partnercenter.{path.stem}"
        for path in (ROOT / "partnercenter").iterdir()
        if path.stem not in {"__init__", "__pycache__"}
        and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    rooms = {path.parent.name for path in ROOT.glob("*/apps.py")} - {"partnercenter"}
    assert root_modules | rooms <= named
    assert set(PROJECT["root_packages"]) == set(ROOMS)
