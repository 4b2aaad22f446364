"""The world, made once for a module, in a time of its own."""

import pytest
from django.db import transaction
from django.test import override_settings

from .witness import Sequence, Witness, run_after_commit
from .world import Clock, World

HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Who changes anything in it does so in a `Sequence`."""
    keys = tmp_path_factory.mktemp("certificates") / "keys"
    with (
        django_db_blocker.unblock(),
        override_settings(PASSWORD_HASHERS=HASHERS, CERTIFICATE_KEYS_DIR=keys),
        Clock().runs() as clock,
        transaction.atomic(),
    ):
        world = World(clock)
        run_after_commit()
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def witness(world):
    with Sequence(world):
        yield Witness(world)
