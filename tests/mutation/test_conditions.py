"""A condition is taken apart where a person would."""

import pytest

from partnercenter.lib import guards

from .conditions import terms


def parts(condition):
    return [(term.text(condition), term.neutral) for term in terms(condition)]


def test_one_term_is_no_list():
    assert parts("OLD.status <> 'open'") == []
    assert parts("TRUE") == []


def test_terms_are_joined_by_and():
    assert parts("a = 1 AND b = 2") == [("a = 1", "TRUE"), ("b = 2", "TRUE")]


def test_and_binds_closer_than_or():
    assert parts("a OR b AND c") == [
        ("a", "FALSE"),
        ("b AND c", "FALSE"),
        ("b", "TRUE"),
        ("c", "TRUE"),
    ]


def test_brackets_and_subqueries_are_entered():
    assert parts("NOT EXISTS (SELECT 1 FROM t AS x WHERE x.id = NEW.id AND (a OR b))") == [
        ("x.id = NEW.id", "TRUE"),
        ("(a OR b)", "TRUE"),
        ("a", "FALSE"),
        ("b", "FALSE"),
    ]
    assert parts("EXISTS (SELECT 1 FROM t WHERE id = NEW.id)") == [("id = NEW.id", "TRUE")]


def test_functions_values_and_texts_are_not():
    assert parts("f(a, b) = (SELECT c FROM t WHERE d = 1 AND e) OR kind IN ('AND', 'OR (')") == [
        ("f(a, b) = (SELECT c FROM t WHERE d = 1 AND e)", "FALSE"),
        ("kind IN ('AND', 'OR (')", "FALSE"),
    ]


def test_a_term_that_says_nothing_is_none():
    assert parts("a = 1 AND (TRUE)") == [("a = 1", "TRUE")]


def test_a_term_is_left_out_in_its_place():
    condition = "a = 1 AND b = 2"
    assert [" ".join(one.left_out(condition).split()) for one in terms(condition)] == [
        "TRUE AND b = 2",
        "a = 1 AND TRUE",
    ]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_the_brackets_of_every_guard_are_understood(engine):
    for guard in guards.declared(engine):
        for condition in (guard.when, guard.forbidden):
            for term in terms(condition):
                text = term.text(condition)
                assert text.count("(") == text.count(")"), (guard.name, text)
