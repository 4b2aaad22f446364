import logging

import pytest

from partnercenter.lib.logs import MaskTokens

TOKEN = "kS3-tQ_x9mVb2LrYw7ZpNcHd4GfJ6aEu1oTqXiB0s8M"


@pytest.mark.parametrize(
    "line",
    [
        '"GET /r/{token}/ HTTP/1.1" 200',
        '"POST /r/{token}/continue/ HTTP/1.1" 302',
        '"GET /invitations/{token}/ HTTP/1.1" 200',
        '"GET /accounts/login/?next=%2Fr%2F{token}%2Fregister%2F HTTP/1.1" 200',
        '"GET /accounts/signup/?next=%2fr%2f{token}%2f HTTP/1.1" 200',
        '"GET /accounts/login/?next=/r/{token}/ HTTP/1.1" 200',
    ],
)
def test_the_secret_part_of_a_link_is_blacked_out(line):
    record = logging.LogRecord("x", logging.INFO, "", 1, "%s", (line.format(token=TOKEN),), None)
    assert MaskTokens().filter(record)
    assert record.getMessage() == line.format(token="…")


def test_other_lines_stay_as_they_are():
    record = logging.LogRecord("x", logging.INFO, "", 1, "GET /partners/%s/", ("alder",), None)
    assert MaskTokens().filter(record)
    assert record.getMessage() == "GET /partners/alder/"
