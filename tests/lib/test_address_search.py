"""What reads like an address is found, however it is written; ordinary prose is left alone."""

import time

import pytest

from partnercenter.lib.address_search import first_address


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://evil.example/x now", "https://evil.example/x"),
        ("see EVIL.EXAMPLE", "evil.example"),
        ("hxxp://evil", "hxxp://evil"),
        ("http:/ /evil", "http:/ /evil"),
        ("//host/share", "//host/share"),
        ("\\\\host\\share", "\\\\host\\share"),
        ("www", "www"),
        ("localhost:8000", "localhost:8000"),
        ("write to ada@evil", "ada@evil"),
        ("follow @evil", "@evil"),
        ("ada (at) evil (dot) example", "ada@evil.example"),
        ("evil[.]example", "evil.example"),
        ("evil .example", "evil .example"),
        ("evil dot com", "dot com"),
        ("(evil.example)", "(evil.example)"),
        ("evil.example.", "evil.example."),
        ("mailto:ada", "mailto:ada"),
        ("tel:+49123", "tel:+49123"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("at 192.0.2.1.", "192.0.2.1."),
        ("at [2001:db8::1]", "[2001:db8::1]"),
        ("at 2001:db8:0:0:1", "2001:db8:0:0:1"),
        ("пример.рф", "пример.рф"),
        ("한국.한국", "한국.한국"),
        ("evil.xn--p1ai", "evil.xn--p1ai"),
        ("ｅｖｉｌ．ｅｘａｍｐｌｅ", "evil.example"),
        ("ⓔⓥⓘⓛ.ⓔⓧⓐⓜⓟⓛⓔ", "evil.example"),
        ("evil。example", "evil.example"),
        ("evil․example", "evil.example"),
        ("ev\u200bil.ex\u200bample", "evil.example"),
        ("evil.e\u034fxample", "evil.example"),
        ("evil\u00ad.example", "evil.example"),
        ("e\u202evil.example", "evil.example"),
        ("agreed.Please", "agreed.please"),
    ],
)
def test_finds_an_address(text, found):
    assert first_address(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello, we met on 3.5.2026 at 10:30:00. Version 2.0 costs 3.70 EUR.",
        "e.g. this, i.e. that, z. B. dies",
        "Dear Ms. Park, thank you! We wrote (see above); it is 5 a.m. now ...",
        "A/B, and/or; price: 5 :/ 100 % of a @ b",
        "你好。世界",
        "안녕하세요. 반갑습니다.",
        "Line one.\nLine two.",
    ],
)
def test_leaves_prose_alone(text):
    assert first_address(text) == ""


@pytest.mark.parametrize("part", ["a", "a.", "a:", "@", "[ ", " ", "1.", "-", "a-", "[", ".", "("])
def test_reads_a_text_of_any_length_once(part):
    started = time.perf_counter()
    first_address(part * (200_000 // len(part)))
    assert time.perf_counter() - started < 5
