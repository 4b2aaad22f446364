"""The terms of an SQL condition, and the condition without one of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(r"'(?:[^']|'')*'|[()]|\w+|[^\s\w()']")
# What may stand before a bracket that holds a condition; before others stands a function, say.
OPENING = {"", "(", "AND", "OR", "NOT", "WHERE", "EXISTS"}


@dataclass(frozen=True)
class Term:
    """A part of the condition, and what stands for it when it is left out."""

    start: int
    end: int
    neutral: str  # TRUE among terms joined by AND, FALSE among those joined by OR

    def text(self, condition: str) -> str:
        return " ".join(condition[self.start : self.end].split())

    def left_out(self, condition: str) -> str:
        return f"{condition[: self.start]} {self.neutral} {condition[self.end :]}"


def terms(condition: str) -> list[Term]:
    """Every term, of brackets and subqueries too; none that says nothing."""
    found = _group(condition, 0, len(condition))
    return [term for term in found if term.text(condition).strip("() ") != "TRUE"]


def _group(text: str, start: int, end: int) -> Iterator[Term]:
    joints, brackets = _scan(text, start, end)
    wheres = [joint for joint in joints if joint[0] == "WHERE"]
    if wheres:
        start = wheres[-1][2]
    alternatives = _parts(start, end, joints, "OR")
    for left, right in alternatives:
        if len(alternatives) > 1:
            yield Term(left, right, "FALSE")
        together = _parts(left, right, joints, "AND")
        if len(together) > 1 or (wheres and len(alternatives) == 1):
            yield from (Term(*part, "TRUE") for part in together)
    for left, right in brackets:
        if left >= start:
            yield from _group(text, left, right)


def _parts(start: int, end: int, joints: list[tuple[str, int, int]], by: str) -> list:
    inside = [joint for joint in joints if joint[0] == by and start <= joint[1] < end]
    lefts = [start, *(right for _, _, right in inside)]
    rights = [*(left for _, left, _ in inside), end]
    return list(zip(lefts, rights, strict=True))


def _scan(text: str, start: int, end: int) -> tuple[list, list]:
    """The joining words of this level, and what its brackets hold where that is a condition."""
    joints, brackets, depth, before, opened = [], [], 0, "", (0, False)
    for found in TOKEN.finditer(text, start, end):
        word = found[0].upper()
        if word == "(":
            if depth == 0:
                opened = (found.end(), before in OPENING)
            depth += 1
        elif word == ")":
            depth -= 1
            if depth == 0 and opened[1]:
                brackets.append((opened[0], found.start()))
        elif depth == 0 and word in ("AND", "OR", "WHERE"):
            joints.append((word, found.start(), found.end()))
        before = word
    return joints, brackets
