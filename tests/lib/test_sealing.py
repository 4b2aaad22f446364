"""Texts that stand encrypted in the database."""

import pytest

from partnercenter.lib.sealing import SealedTextField

FIELD = SealedTextField()


def read(stored):
    return FIELD.from_db_value(stored, None, None)


@pytest.mark.parametrize("text", ["s3cret", "ключ 鍵", "x" * 5000])
def test_come_back_as_they_were_and_stand_otherwise(text):
    stored = FIELD.get_prep_value(text)
    assert text not in stored
    assert read(stored) == text
    assert FIELD.get_prep_value(text) != stored


@pytest.mark.parametrize("nothing", ["", None])
def test_leave_nothing_as_it_is(nothing):
    assert FIELD.get_prep_value(nothing) == nothing
    assert read(nothing) == nothing


def test_are_read_under_a_key_that_was_before(settings):
    stored = FIELD.get_prep_value("s3cret")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert read(stored) == "s3cret"


def test_are_lost_with_their_key_and_do_no_harm(settings):
    stored = FIELD.get_prep_value("s3cret")
    settings.SECRET_KEY = "another"
    assert read(stored) == ""
    assert read("no token at all") == ""
