import pytest

from partnercenter.lib.reasons import LONGEST, ReasonForm, given_reason
from partnercenter.lib.refusals import Refused

WRONG = ["", " ", "\n\t ", "x" * (LONGEST + 1)]


class TestGivenReason:
    def test_is_stripped(self):
        assert given_reason("  seen on paper\n") == "seen on paper"

    def test_may_be_as_long_as_that(self):
        assert given_reason("x" * LONGEST) == "x" * LONGEST

    @pytest.mark.parametrize("reason", WRONG)
    def test_is_refused_where_it_is_none_or_too_long(self, reason):
        with pytest.raises(Refused):
            given_reason(reason)


@pytest.mark.parametrize("reason", WRONG)
def test_a_form_refuses_the_same(reason):
    assert not ReasonForm({"reason": reason}).is_valid()
