"""The identity provider that the tests of single sign-on ask."""

import pytest

from tests.identity_provider.running import identity_provider


@pytest.fixture(scope="session")
def elsewhere():
    """A real identity provider, in a process of its own."""
    with identity_provider() as provider:
        yield provider
