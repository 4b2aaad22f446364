"""What no file of the repository may hold."""

import re
from html.parser import HTMLParser

import pytest

from .sources import ROOT, files, name_of, templates

# In two halves, so that this file does not name what it looks for.
REGISTRIES = ("py" + "pi", "npm" + "js", "deb" + "ian", "crates" + ".io")
REGISTRY = re.compile(r"://[^ /\"']*(" + "|".join(map(re.escape, REGISTRIES)) + r")[^ /\"']*")
MACHINE = re.compile(
    re.escape(f"{ROOT}/") + r"|/(?:home|Users)/[a-z][\w.-]*/|(?<![\w.$~}])/root/[\w.]"
)
# Mail programs know no style sheets, and no page policy holds in them.
STYLED_BY_NECESSITY = "templates/mail/"
PAGES_ABOUT_MAILS = "templates/mail/dev_"


def texts():
    for path in files(below=ROOT):
        try:
            yield path, path.read_text()
        except UnicodeDecodeError:
            continue


def test_no_file_names_a_package_registry():
    assert not [name_of(path) for path, text in texts() if REGISTRY.search(text)]


def test_no_file_names_a_place_on_one_machine():
    if len(ROOT.parts) < 3:
        pytest.skip("the checkout's path is too short to be told from other text")
    assert not [name_of(path) for path, text in texts() if MACHINE.search(text)]


class Inline(HTMLParser):
    """Finds what a strict content security policy refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        # JSON runs nowhere: it is data for a script that has an address.
        runs = tag == "script" and "src" not in given and given.get("type") != "application/json"
        if tag == "style" or runs:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.found.append(f"{tag} {name}")
            if (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"{tag} {name}=javascript:")


def inline(text: str) -> list[str]:
    parser = Inline()
    # Django's tags may hold quotes inside an attribute; the parser needs none of them.
    parser.feed(re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "x", text, flags=re.DOTALL))
    parser.close()
    return parser.found


@pytest.mark.parametrize("path", templates(".html"), ids=name_of)
def test_no_template_holds_inline_style_or_script(path):
    name = name_of(path)
    if name.startswith(STYLED_BY_NECESSITY) and not name.startswith(PAGES_ABOUT_MAILS):
        pytest.skip("a mail")
    assert not inline(path.read_text())


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color: red">',
        "<style>p {}</style>",
        "<script>go()</script>",
        '<script type="module">go()</script>',
        '<button onclick="go()">',
        '<a href="javascript:go()">',
        '<p {% if a == "b" %}class="c"{% endif %} style="color: red">',
    ],
)
def test_sees_inline_style_and_script(text):
    assert inline(text)


def test_lets_files_and_data_pass():
    assert not inline('<script src="{% static "js/menu.js" %}" defer></script><p class="style">')
    assert not inline('<script type="application/json">{"ids": {}}</script>')


@pytest.mark.parametrize("host", REGISTRIES)
def test_sees_a_registry(host):
    assert REGISTRY.search(f"https://files.{host}.example/simple/")
