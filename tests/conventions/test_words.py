"""One word per thing: what the glossary says not to say stands in no code and no template."""

import re

import pytest

from .sources import ROOT, name_of, room_modules, templates

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()

# (file or folder, word) and why the word may stand there.
ALLOWED: dict[tuple[str, str], str] = {
    ("partnercenter/settings.py", "username"): "allauth's setting that says there is none",
    ("accounts/models/user.py", "username"): "the fields of Django's user that say there is none",
    ("relationships/models/admin_relationship.py", "gdap"): "says which resource of another it is",
    ("relationships/signin/sign_on.py", "logged in"): "allauth's name of its signal",
    ("templates/components/user_menu.html", "log out"): "the icon's name",
    ("relationships/forms/registration.py", "organization"): "HTML's name for what to fill in",
}


def banned_words() -> dict[str, re.Pattern[str]]:
    """The last column of the glossary's tables, as patterns."""
    words: set[str] = set()
    for line in GLOSSARY.splitlines():
        if line.startswith("| ") and not line.startswith(("| Word", "| ---")):
            words |= {word.strip() for word in line.split("|")[6].split(",")}
        assert line.count("|") in (0, 7), f"a table row with a bar too many or too few: {line}"
    return {word: re.compile(rf"\b{re.escape(word)}s?\b") for word in words if word}


def plain(text: str) -> str:
    """Identifiers as words: `relationshipInvitation` and `relationship_invitation` are two."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return re.sub(r"[ \t_-]+", " ", text).lower()


def found_in(text: str) -> list[tuple[int, str]]:
    patterns = banned_words()
    return [
        (number, word)
        for number, line in enumerate(plain(text).splitlines(), start=1)
        for word, pattern in patterns.items()
        if pattern.search(line)
    ]


def is_allowed(name: str, word: str) -> bool:
    return any(name.startswith(place) and word == banned for place, banned in ALLOWED)


@pytest.mark.parametrize("path", room_modules() + templates(".html", ".txt"), ids=name_of)
def test_says_only_the_glossary_s_word(path):
    rest = [
        f"line {line}: {word}"
        for line, word in found_in(path.read_text())
        if not is_allowed(name_of(path), word)
    ]
    assert not rest


def test_the_glossary_bans_something():
    assert {"organization", "reject", "buyer", "log in"} <= set(banned_words())


@pytest.mark.parametrize(
    "text",
    [
        "class RelationshipInvitation:",
        "def reject(self):",
        "organization_id = 1",
        "<p>Please log in first.</p>",
        "buyers = []",
    ],
)
def test_sees_a_synonym(text):
    assert found_in(text)


@pytest.mark.parametrize("text", ["class RelationshipRequest:", "account_login", "organisation"])
def test_lets_the_word_pass(text):
    assert not found_in(text)
