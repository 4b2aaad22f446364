"""Error pages are drawn even when nothing but the template is left."""

import pytest
from django.template.loader import render_to_string

PAGES = ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"]


@pytest.mark.parametrize("page", PAGES)
def test_needs_no_context_and_no_database(page):
    html = render_to_string(page)
    assert html.count("<h1>") == 1
    assert 'href="/static/css/base.css"' in html


class TestForbidden:
    def test_says_why_and_names_who_can(self):
        html = render_to_string("403.html", {"reason": "Only <b>.", "who_can": ["Min-seo Park"]})
        assert "Only &lt;b&gt;." in html
        assert "Min-seo Park" in html

    def test_falls_back_on_what_django_knows(self):
        assert "No deciders." in render_to_string("403.html", {"exception": "No deciders."})
