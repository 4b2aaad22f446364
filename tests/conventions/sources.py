"""The files that the conventions are read from."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "accounts",
    "audit",
    "customers",
    "mail",
    "partnercenter",
    "partners",
    "relationships",
    "subscriptions",
)
NOT_OURS = {
    ".git",
    ".hypothesis",
    ".venv",
    "__pycache__",
    "node_modules",
    "test-results",
    "var",
}


def files(*suffixes: str, below: Path = ROOT) -> Iterator[Path]:
    """Every file of the project whose name ends so, without what tools made."""
    for path in sorted(below.iterdir()):
        if path.name in NOT_OURS or path.name.endswith("_cache") or path.is_symlink():
            continue
        if path.is_dir():
            yield from files(*suffixes, below=path)
        elif not suffixes or path.suffix in suffixes:
            yield path


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_modules() -> list[Path]:
    """The Python of the rooms, without migrations."""
    return [
        path
        for room in ROOMS
        if (ROOT / room).is_dir()
        for path in files(".py", below=ROOT / room)
        if "migrations" not in path.parts
    ]


def templates(*suffixes: str) -> list[Path]:
    folder = ROOT / "templates"
    return list(files(*suffixes, below=folder)) if folder.is_dir() else []


def dotted(node: ast.AST) -> str:
    """`a.b.c` for such an expression; calls and subscripts in between are left out."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Call):
        return f"{dotted(node.func)}()"
    return "…"
