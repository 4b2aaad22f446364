"""A component names its parameters, is included with `only`, and is styled and exhibited."""

import re

import pytest

from .sources import ROOT, name_of, templates

COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))
STYLES = ROOT / "static" / "css" / "components"
INCLUDE = re.compile(r"\{%-?\s*include\s+[\"'](components/[^\"']+)[\"'](.*?)-?%\}", re.DOTALL)
STYLE_IN_PAGE = re.compile(
    r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE
)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(", re.IGNORECASE)


def open_includes(text: str) -> list[str]:
    """The components that a template includes with its whole context."""
    return [name for name, rest in INCLUDE.findall(text) if rest.split()[-1:] != ["only"]]


@pytest.mark.parametrize("path", COMPONENTS, ids=name_of)
class TestComponent:
    def test_begins_with_its_parameters(self, path):
        text = path.read_text()
        assert text.startswith("{% comment %}\n" + path.name)
        comment = text.partition("{% endcomment %}")[0]
        assert len(comment.splitlines()) > 2, "a line for each parameter"

    def test_has_a_style_sheet_of_its_name(self, path):
        assert (STYLES / f"{path.stem}.css").is_file()

    def test_has_an_exhibit_in_the_gallery(self, path):
        assert (ROOT / "templates" / "dev" / "gallery" / path.name).is_file()


def test_no_style_sheet_or_exhibit_is_left_over():
    names = {path.stem for path in COMPONENTS}
    assert {path.stem for path in STYLES.glob("*.css")} == names
    gallery = ROOT / "templates" / "dev" / "gallery"
    assert {path.stem for path in gallery.glob("*.html")} == names


@pytest.mark.parametrize("path", templates(".html"), ids=name_of)
class TestTemplate:
    def test_includes_components_with_only(self, path):
        assert not open_includes(path.read_text())

    def test_holds_no_style_and_no_script(self, path):
        if path.parts[-2] == "mail":
            pytest.skip("mail programs read no style sheets")
        text = path.read_text()
        assert not STYLE_IN_PAGE.search(text)
        inline = [tag for tag in SCRIPT.findall(text) if "src=" not in tag and "json" not in tag]
        assert not inline


@pytest.mark.parametrize("path", sorted(STYLES.glob("*.css")), ids=name_of)
def test_components_take_their_colours_from_the_tokens(path):
    assert not COLOUR.search(path.read_text())


@pytest.mark.parametrize(
    "text",
    [
        '{% include "components/card.html" %}',
        "{% include 'components/card.html' with title=title %}",
        '{% include "components/card.html" with title="only" %}',
    ],
)
def test_sees_an_include_with_the_whole_context(text):
    assert open_includes(text)


def test_lets_an_include_with_only_pass():
    assert not open_includes('{% include "components/tag.html" with label="Sells" only %}')
