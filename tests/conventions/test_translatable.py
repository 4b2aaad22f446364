"""Every text that people read can be translated."""

import ast
import re
from html.parser import HTMLParser

import pytest

from .sources import dotted, name_of, room_modules, templates

# Texts that are the same in every language.
ALLOWED = {"Partner Center", "Subject:", "UTC"}
# Pages that only developers see.
FOR_DEVELOPERS = ("templates/dev/", "partnercenter/gallery.py")

READ_ALOUD = {"alt", "aria-description", "aria-label", "label", "placeholder", "title"}
SILENT = {"script", "style", "code", "svg"}
TRANSLATED = re.compile(
    r"\{%-?\s*(blocktrans(?:late)?|comment|verbatim)\b.*?\{%-?\s*end\1\s*-?%\}", re.DOTALL
)
# Blocks that fill an attribute, and tags that choose an element's name.
ATTRIBUTES = re.compile(r"\{%\s*block (side|\w+_class)\s*%\}[^{]*\{%\s*endblock[^%]*%\}")
CHOSEN_NAME = re.compile(r"(?<=<)\{%.*?%\}|(?<=</)\{%.*?%\}", re.DOTALL)
TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")

MESSAGES = {"debug", "error", "info", "success", "warning"}
KEYWORDS = {"empty_label", "help_text", "label", "verbose_name", "verbose_name_plural"}
KEYWORDS |= {"violation_error_message", "short_description", "description"}


def without_tags(text: str) -> str:
    """What is left of a template when Django's tags are gone; words inside them are not texts."""
    return TAGS.sub(" ", CHOSEN_NAME.sub("", ATTRIBUTES.sub(" ", TRANSLATED.sub(" ", text))))


class Reader(HTMLParser):
    """Collects the words that stand in a page as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.silent: list[str] = []
        self.bare: list[str] = []

    def look(self, text: str) -> None:
        text = " ".join(text.split())
        for allowed in ALLOWED:
            text = text.replace(allowed, "")
        if WORD.search(text):
            self.bare.append(text.strip())

    def handle_starttag(self, tag, attrs):
        if tag in SILENT:
            self.silent.append(tag)
        for name, value in attrs:
            kind = dict(attrs).get("type")
            if name in READ_ALOUD or (name == "value" and kind in ("submit", "button")):
                self.look(value or "")

    def handle_endtag(self, tag):
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data):
        if not self.silent:
            self.look(data)


def bare_in_page(text: str) -> list[str]:
    reader = Reader()
    reader.feed(without_tags(text))
    reader.close()
    return reader.bare


def bare_in_text(text: str) -> list[str]:
    reader = Reader()
    for line in without_tags(text).splitlines():
        reader.look(line)
    return reader.bare


def is_bare(node: ast.expr | None) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(is_bare(part) for part in node.values)
    return isinstance(node, ast.Constant) and bool(WORD.search(str(node.value or "")))


def bare_in_code(source: str) -> list[str]:
    """Messages, refusals and labels that are plain text."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = dotted(node.exc.func).split(".")[-1]
            speaks = name.endswith(("Refused", "ValidationError"))
            if speaks and node.exc.args and is_bare(node.exc.args[0]):
                found.append(f"line {node.lineno}: {name}")
        if not isinstance(node, ast.Call):
            continue
        called = dotted(node.func).split(".")
        speaks = called[:-1] == ["messages"] and called[-1] in MESSAGES
        if speaks and len(node.args) > 1 and is_bare(node.args[1]):
            found.append(f"line {node.lineno}: {'.'.join(called)}")
        found += [
            f"line {node.lineno}: {keyword.arg}="
            for keyword in node.keywords
            if keyword.arg in KEYWORDS
            and called[-1] not in NOT_FOR_PEOPLE
            and isinstance(keyword.value, ast.Constant | ast.JoinedStr)
            and is_bare(keyword.value)
        ]
    return found


# Calls whose keywords are no texts of a page.
NOT_FOR_PEOPLE = {"add_argument", "Index", "register"}


@pytest.mark.parametrize("path", templates(".html"), ids=name_of)
def test_no_bare_text_in_a_page(path):
    if name_of(path).startswith(FOR_DEVELOPERS):
        pytest.skip("for developers")
    assert not bare_in_page(path.read_text())


@pytest.mark.parametrize("path", templates(".txt"), ids=name_of)
def test_no_bare_text_in_a_mail(path):
    assert not bare_in_text(path.read_text())


@pytest.mark.parametrize("path", room_modules(), ids=name_of)
def test_no_bare_text_in_code(path):
    if "commands" in path.parts or name_of(path).startswith(FOR_DEVELOPERS):
        pytest.skip("for those who run or build the site, in English")
    assert not bare_in_code(path.read_text())


@pytest.mark.parametrize(
    "text",
    [
        "<p>Approve</p>",
        "{% translate 'Approve' %} now",
        '<img alt="A picture">',
        '<input type="submit" value="Go">',
        "{% blocktranslate %}Yes{% endblocktranslate %}<b>no</b>",
    ],
)
def test_sees_a_bare_text_in_a_page(text):
    assert bare_in_page(text)


@pytest.mark.parametrize(
    "text",
    [
        "{# card.html: title, says so #}{% comment %}old{% endcomment %}<p>{{ name }} · 3</p>",
        '<p class="quiet">{% translate "Approve" %}</p>',
        "{% blocktranslate trimmed with a=b %}<b>Yes</b> {{ a }}{% endblocktranslate %}",
        '<input type="hidden" value="token"><svg><title>icon</title></svg>',
    ],
)
def test_lets_a_translated_page_pass(text):
    assert not bare_in_page(text)


@pytest.mark.parametrize(
    "source",
    [
        "raise Refused('No.')",
        "raise TransitionRefused(f'{self} is over')",
        "messages.error(request, 'Not so')",
        "forms.CharField(label='Name')",
        "models.UniqueConstraint(violation_error_message='Two of them')",
    ],
)
def test_sees_a_bare_text_in_code(source):
    assert bare_in_code(source)


@pytest.mark.parametrize(
    "source",
    [
        "raise Refused(_('No.'))",
        "messages.error(request, str(refusal))",
        "forms.CharField(label=_('Name'), widget=Input(attrs={}))",
        "raise KeyError('name')",
    ],
)
def test_lets_translated_code_pass(source):
    assert not bare_in_code(source)
