"""`.env.example` and `docs/running.md` name every variable that is read, and no other."""

import re

from .sources import ROOT

READERS = ("partnercenter/settings.py", "tools/run.py")
READ = re.compile(r"(?:env(?:\.\w+)?|environ\.get|setdefault)\(\s*\"([A-Z][A-Z_]+)\"")
NOT_A_CHOICE = {"DJANGO_SETTINGS_MODULE"}


def read() -> set[str]:
    found = {name for file in READERS for name in READ.findall((ROOT / file).read_text())}
    return found - NOT_A_CHOICE


def test_the_example_names_every_variable():
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", example, re.MULTILINE)) == read()


def test_the_documentation_explains_every_variable():
    explained = re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/running.md").read_text(), re.MULTILINE)
    assert set(explained) == read()


def test_something_is_read():
    assert {"DEMO", "SECRET_KEY", "DATABASE_URL", "HOST", "PORT"} <= read()
