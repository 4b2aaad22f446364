"""A module is named by its subject, never by being useful."""

import pytest

from .sources import ROOT, files, name_of

BANNED = {"utils", "util", "helpers", "helper", "common", "misc", "base", "services", "managers"}


def banned_parts(name: str) -> set[str]:
    return set(name.removesuffix(".py").split("/")) & BANNED


def test_no_module_is_a_drawer():
    found = [name_of(path) for path in files(".py", below=ROOT) if banned_parts(name_of(path))]
    assert not found


@pytest.mark.parametrize("name", ["partners/utils.py", "mail/services/send.py", "lib/helpers.py"])
def test_sees_a_drawer(name):
    assert banned_parts(name)


def test_lets_a_subject_pass():
    assert not banned_parts("partnercenter/lib/database_names.py")
