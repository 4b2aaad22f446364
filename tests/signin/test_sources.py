"""The operator's own providers, as the settings name them."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from relationships.signin import sources

ENTRY = {
    "id": "staff",
    "name": "Operator",
    "issuer": "https://id.operator.example",
    "client_id": "x",
    "secret": "y",
    "domains": ["Operator.example"],
}


def test_vouches_for_its_domains_in_any_spelling(settings):
    settings.SINGLE_SIGN_ON = [ENTRY]
    source = sources.of_operator()[0]
    assert source.vouches_for("Robin@OPERATOR.example")
    assert not source.vouches_for("robin@sub.operator.example")
    assert "secret" not in repr(source)


@pytest.mark.parametrize(
    "entries",
    [
        {},
        ["x"],
        [{**ENTRY, "domains": []}],
        [{**ENTRY, "domains": "operator.example"}],
        [{**ENTRY, "secret": ""}],
        [{**ENTRY, "more": 1}],
        [{**ENTRY, "id": "a/b"}],
        [ENTRY, ENTRY],
        [{name: value for name, value in ENTRY.items() if name != "issuer"}],
    ],
    ids=str,
)
def test_what_is_wrong_is_said(entries):
    assert "SINGLE_SIGN_ON" in sources.from_settings_error(entries)


def test_what_is_wrong_stops_nothing_half_way(settings):
    settings.SINGLE_SIGN_ON = [{**ENTRY, "secret": ""}]
    with pytest.raises(ImproperlyConfigured, match="SINGLE_SIGN_ON"):
        sources.of_operator()


def test_what_is_right_is_taken():
    assert sources.from_settings_error([ENTRY, {**ENTRY, "id": "other"}]) == ""
    assert sources.from_settings_error([]) == ""
