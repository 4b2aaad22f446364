"""What every test shares: fast hashing, mails in memory, guards that let the flush through."""

import os

import django
import pytest
from django.db import connection

from partnercenter.lib import guards

from . import database_role
from .identity_provider.running import identity_provider

# Set before the settings are read, so that neither a developer's `.env` nor a site's counts.
os.environ["DJANGO_SETTINGS_MODULE"] = "partnercenter.settings"
os.environ["DEMO"] = "1"
os.environ["DEBUG"] = "0"
os.environ["SECRET_KEY"] = "only-for-tests"
os.environ["SITE_URL"] = "http://127.0.0.1:8000"
# Playwright's loop runs in the thread of the test, which Django would take for async code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
django.setup()


@pytest.fixture(autouse=True)
def quick_settings(settings):
    """What a test suite may do more cheaply than a site."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.ACCOUNT_RATE_LIMITS = False


def commits(request) -> bool:
    """Whether the test's writes are really committed, and deleted after it."""
    names = {"transactional_db", "live_server", "django_db_reset_sequences"}
    marker = request.node.get_closest_marker("django_db")
    return bool(names & set(request.fixturenames)) or bool(
        marker and marker.kwargs.get("transaction")
    )


@pytest.fixture(autouse=True)
def guards_let_the_flush_through(request):
    """Tests that commit are cleaned up by deleting every row; the flush puts the guards back."""
    if commits(request):
        request.getfixturevalue("transactional_db")
        yield
        guards.uninstall(connection.alias)
    else:
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """With TEST_DATABASE_ROLE, every test acts under production's role, which owns nothing."""
    from . import staff_groups  # its models need the settings

    with django_db_blocker.unblock():
        staff_groups.outlive_the_flush()
        if database_role.NAME:
            database_role.make(connection)


@pytest.fixture(autouse=True)
def as_the_application(request, guards_let_the_flush_through):
    if database_role.NAME and ("db" in request.fixturenames or commits(request)):
        request.getfixturevalue("transactional_db" if commits(request) else "db")
        with database_role.taken(connection):
            yield
    else:
        yield


@pytest.fixture(scope="session")
def elsewhere():
    """A real identity provider, in a process of its own."""
    with identity_provider() as provider:
        yield provider
