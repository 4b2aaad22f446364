"""A partner, and one of its admin agents, signed in."""

import pytest

from tests import factories as make


@pytest.fixture
def partner():
    return make.make_partner("Alder Cloud")


@pytest.fixture
def agent(partner, client):
    person = make.make_admin_agent(partner)
    client.force_login(person)
    return person
