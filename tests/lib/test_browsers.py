"""Browsers as they call themselves, and as people call them."""

import pytest

from partnercenter.lib.browsers import in_words

ENGINE = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            f"Mozilla/5.0 (X11; Linux x86_64) {ENGINE} Chrome/141.0.0.0 Safari/537.36",
            "Chrome on Linux",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64) {ENGINE} Chrome/141.0 Safari/537.36 Edg/141.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 14.6; rv:143.0) Gecko/20100101 Firefox/143.0",
            "Firefox on macOS",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {ENGINE} Safari/604.1",
            "Safari on iPhone",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 15; K) {ENGINE} Chrome/141.0 Safari/537.36",
            "Chrome on Android",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 400, "x" * 60),
        ("", ""),
    ],
)
def test_in_words(user_agent, words):
    assert in_words(user_agent) == words
