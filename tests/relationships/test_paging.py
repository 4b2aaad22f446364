"""Places in a list that somebody made up lead to its first page."""

from urllib.parse import quote

import pytest
from django.test import RequestFactory

from relationships.views.paging import _moment_place

PLACES = (
    "0001-01-01T00:00:00+14:00_1",
    "9999-12-31T23:59:59-14:00_1",
    "2026-01-01T00:00:00_1",
    "2026-01-01T00:00:00+00:00_x",
    "nonsense",
)


@pytest.mark.parametrize("place", PLACES)
def test_at_the_ends_of_the_calendar_and_beyond(place):
    assert _moment_place(RequestFactory().get(f"/?before={quote(place)}"), "before") is None


def test_that_the_site_gave_is_found_again():
    request = RequestFactory().get(f"/?before={quote('2026-01-01T00:00:00+00:00_7')}")
    found = _moment_place(request, "before")
    assert found is not None
    assert found[1] == 7
