import re

import pytest

from partnercenter.lib.addresses import TokenConverter
from partnercenter.lib.ids import new_token


class TestToken:
    def test_takes_every_token_that_is_made(self):
        for _ in range(100):
            assert re.fullmatch(TokenConverter.regex, new_token())

    @pytest.mark.parametrize("text", ["", "a" * 65, "a/b", "a.b", "\x00", "a\x00", "ä", "a b"])
    def test_takes_nothing_else(self, text):
        assert not re.fullmatch(TokenConverter.regex, text)
