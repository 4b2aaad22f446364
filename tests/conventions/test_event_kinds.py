"""Every kind of event that a move records has a sentence for people."""

import ast

import pytest

from audit import kinds

from .sources import dotted, name_of, room_modules

# Kinds that code puts together, by the module and the text that is left when values are taken out.
PUT_TOGETHER: dict[tuple[str, str], set[str]] = {
    ("relationships/moves/changing_kind.py", "administration.service_"): {
        "administration.service_started",
        "administration.service_ended",
    },
    ("relationships/moves/people.py", "."): {
        f"{room}.{act}"
        for room in ("partner", "customer")
        for act in ("role_changed", "person_removed", "person_left")
    },
    ("relationships/moves/resetting.py", ".factors_reset"): {
        "partner.factors_reset",
        "customer.factors_reset",
    },
    ("relationships/moves/demanding.py", "customer."): {
        "customer.factor_demanded",
        "customer.factor_not_demanded",
    },
    ("relationships/moves/policing.py", "customer.policy_"): {
        f"customer.policy_{act}"
        for act in ("changed", "code_renewed", "code_dropped", "listed", "unlisted")
    },
    ("relationships/moves/groups.py", "partner.group_"): {
        f"partner.group_{act}"
        for act in ("opened", "renamed", "closed", "person_added", "person_taken_out")
    },
    ("relationships/moves/bulk.py", "bulk."): {
        f"bulk.{act}" for act in ("chosen", "given", "discarded", "started", "stopped", "resumed")
    },
    ("relationships/moves/bulk_work.py", "bulk."): {"bulk.halted", "bulk.finished"},
    ("relationships/moves/assignments.py", "administration."): {
        f"administration.{act}" for act in ("assigned", "assignment_changed", "unassigned")
    },
    ("relationships/moves/signing_on.py", "."): {
        f"{room}.sign_on_{act}"
        for room in ("partner", "customer")
        for act in ("set_up", "tested", "turned_on", "turned_off")
    },
    ("relationships/moves/arriving.py", ".person_arrived"): {
        "partner.person_arrived",
        "customer.person_arrived",
    },
    ("relationships/moves/inviting.py", ".invitation_withdrawn"): {
        "partner.invitation_withdrawn",
        "customer.invitation_withdrawn",
    },
    ("subscriptions/cataloguing.py", "."): {
        f"{entry}.{verb}"
        for entry in ("service", "offer", "adminrole")
        for verb in ("added", "edited")
    },
}


def recorded(source: str) -> list[str]:
    """The first argument of every call of `record`; of a text with values in it, what is left."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        if dotted(node.func).split(".")[-1] not in ("record", "_record"):
            continue
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and "." in first.value:
            found.append(first.value)
        elif isinstance(first, ast.JoinedStr):
            parts = [part.value for part in first.values if isinstance(part, ast.Constant)]
            found.append("".join(map(str, parts)))
    return found


@pytest.mark.parametrize("path", room_modules(), ids=name_of)
def test_every_kind_has_a_sentence(path):
    for kind in recorded(path.read_text()):
        told = PUT_TOGETHER.get((name_of(path), kind), {kind})
        assert told <= kinds.known(), f"{kind} has no sentence"


def test_every_exception_is_still_needed():
    found = {
        (name_of(path), kind) for path in room_modules() for kind in recorded(path.read_text())
    }
    assert set(PUT_TOGETHER) <= found


def test_sees_both_ways_of_naming_a_kind():
    source = "self.record('a.b', by=by)\nrecord(f'a.{verb}', by=by)\nrecord(kind, by=by)"
    assert recorded(source) == ["a.b", "a."]
