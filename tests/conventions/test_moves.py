"""A status moves only by `move_to`, no row is saved whole, and pages save nothing themselves."""

import ast

import pytest

from .sources import dotted, name_of, room_modules

STATES = "partnercenter/lib/states.py"
BULK_WRITES = {"update", "aupdate"}
SAVES = {"save", "asave"}
INTERFACES = {"admin", "api", "forms", "signin", "views"}
NAMES_ITS_COLUMNS = {"update_fields", "force_insert"}

# (module, expression) and why it is not a move round the table of transitions.
STATUS_ALLOWED: dict[tuple[str, str], str] = {
    ("relationships/models/bulk.py", "self.waiting().update(status=)"): (
        "ends the rest of a bulk job in one statement, each row from waiting, as its table has it"
    ),
}
# (module, expression) and why it may save a whole row.
SAVE_ALLOWED: dict[tuple[str, str], str] = {
    ("accounts/models/user.py", "user.save()"): "makes a row, and there is none to leave alone",
}


def status_writes(source: str) -> list[tuple[int, str]]:
    """Where a status is set without asking whether it may."""
    found = []
    for node in ast.walk(ast.parse(source)):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Attribute) and part.attr == "status":
                    found.append((node.lineno, f"{dotted(part)} ="))
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in BULK_WRITES
            and any(keyword.arg == "status" for keyword in node.keywords)
        ):
            found.append((node.lineno, f"{dotted(node.func)}(status=)"))
    return found


def saves(source: str, *, interface: bool) -> list[tuple[int, str]]:
    """Saves of whole rows; in interface code every save but a form's."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr not in SAVES:
            continue
        receiver = dotted(node.func.value)
        if receiver == "super()" or receiver.split(".")[-1].lower().endswith("form"):
            continue
        names_columns = {keyword.arg for keyword in node.keywords} & NAMES_ITS_COLUMNS
        if interface or not names_columns:
            found.append((node.lineno, f"{dotted(node.func)}()"))
    return found


def is_interface(name: str) -> bool:
    inside = name.removesuffix(".py").split("/")[1:]
    return bool(INTERFACES & set(inside)) and not name.startswith("partnercenter/lib/")


def outside(allowed, found, path):
    return [
        f"line {line}: {expression}"
        for line, expression in found
        if (name_of(path), expression) not in allowed
    ]


MODULES = room_modules()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_status_moves_along_the_transitions(path):
    if name_of(path) == STATES:
        pytest.skip("the one place that moves a status")
    assert not outside(STATUS_ALLOWED, status_writes(path.read_text()), path)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_row_is_saved_whole(path):
    found = saves(path.read_text(), interface=is_interface(name_of(path)))
    assert not outside(SAVE_ALLOWED, found, path)


def test_every_exception_is_still_needed():
    writes, saved = set(), set()
    for path in MODULES:
        name, source = name_of(path), path.read_text()
        writes |= {(name, expression) for _, expression in status_writes(source)}
        saved |= {
            (name, expression) for _, expression in saves(source, interface=is_interface(name))
        }
    assert set(STATUS_ALLOWED) <= writes
    assert set(SAVE_ALLOWED) <= saved


@pytest.mark.parametrize(
    "source",
    [
        "request.status = 'open'",
        "a, request.status = 1, 'open'",
        "RelationshipRequest.objects.filter(pk=1).update(status='open')",
    ],
)
def test_sees_a_status_that_jumps(source):
    assert status_writes(source)


@pytest.mark.parametrize("source", ["row.save()", "row.save(using='default')", "await row.asave()"])
def test_sees_a_row_saved_whole(source):
    assert saves(source, interface=False)


def test_sees_a_page_that_saves():
    assert saves("row.save(update_fields=['name'])", interface=True)


@pytest.mark.parametrize(
    "source", ["row.save(update_fields=['name'])", "super().save(*args)", "form.save(by=actor)"]
)
def test_lets_named_columns_pass(source):
    assert not saves(source, interface=False)
