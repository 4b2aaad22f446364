"""Interface code reads through a membership or through `visible_to`, never a whole table."""

import ast
from pathlib import Path

import pytest

from .sources import ROOT, dotted, name_of, room_modules

SCOPES = {"visible_to", "with_token"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
SHORTCUTS = {"get_object_or_404", "get_list_or_404"}
INTERFACES = {"api", "forms", "views"}

# What is nobody's own and so may be read whole: (module, expression) and why.
ALLOWED: dict[tuple[str, str], str] = {}


def is_interface(path: Path) -> bool:
    parts = set(path.relative_to(ROOT).with_suffix("").parts[1:])
    return bool(parts & INTERFACES)


def unscoped(source: str) -> list[tuple[int, str]]:
    """Line and expression of every query that starts at a whole table."""
    nodes = list(ast.walk(ast.parse(source)))
    parents = {id(child): node for node in nodes for child in ast.iter_child_nodes(node)}
    found = []
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            parent = parents.get(id(node))
            follows = parent.attr if isinstance(parent, ast.Attribute) else ""
            if follows not in SCOPES:
                found.append((node.lineno, f"{dotted(node)}.{follows}".rstrip(".")))
        elif isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in SHORTCUTS:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Name) and first.id[:1].isupper():
                found.append((node.lineno, f"get_object_or_404({first.id})"))
    return found


INTERFACE_MODULES = [path for path in room_modules() if is_interface(path)]


@pytest.mark.parametrize("path", INTERFACE_MODULES, ids=name_of)
def test_reads_only_through_a_scope(path):
    rest = [
        f"line {line}: {expression}"
        for line, expression in unscoped(path.read_text())
        if (name_of(path), expression) not in ALLOWED
    ]
    assert not rest


def test_every_exception_is_still_needed():
    used = {
        (name_of(path), expression)
        for path in INTERFACE_MODULES
        for _, expression in unscoped(path.read_text())
    }
    assert set(ALLOWED) <= used


@pytest.mark.parametrize(
    "source",
    [
        "Customer.objects.all()",
        "Customer.objects.filter(slug=slug)",
        "models.Customer._default_manager.get(pk=1)",
        "get_object_or_404(Customer, slug=slug)",
        "shortcuts.get_object_or_404(Customer, slug=slug)",
        "manager = Customer.objects",
    ],
)
def test_sees_a_whole_table(source):
    assert unscoped(source)


@pytest.mark.parametrize(
    "source",
    [
        "Customer.objects.visible_to(user).filter(slug=slug)",
        "RelationshipRequest.objects.with_token(token)",
        "get_object_or_404(membership.partner.requests, public_id=public_id)",
    ],
)
def test_lets_a_scope_pass(source):
    assert not unscoped(source)
