import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from partnercenter import health
from partnercenter.lib import guards

STRANGER = {"REMOTE_ADDR": "192.0.2.7"}


class TestHealthz:
    def test_asks_the_database_nothing(self, client):
        # Without the mark for it, a test that asks the database fails.
        answer = client.get("/healthz/")
        assert (answer.status_code, answer.json()) == (200, {"alive": True})


@pytest.mark.django_db
class TestReadyz:
    def test_is_ready(self, client):
        answer = client.get("/readyz/", headers={"accept": "text/html"}, **STRANGER)
        assert (answer.status_code, answer.json()) == (200, {"ready": True})

    def test_tells_insiders_of_the_watch(self, client):
        answer = client.get("/readyz/")
        assert answer.status_code == 200
        assert answer.json() == {
            "ready": True,
            "watch": {
                "period_seconds": 30,
                "finished_at": None,
                "subscriptions": 0,
                "standing_breaches": 0,
                "unsettled_breaches": 0,
            },
        }

    def test_names_a_missing_guard_to_this_machine(self, client):
        guards.uninstall()
        answer = client.get("/readyz/")
        assert answer.status_code == 503
        assert "guard_audit_event_update" in answer.json()["failed"]["guards"]

    def test_names_an_unapplied_migration(self, client):
        MigrationRecorder(connection).record_unapplied("mail", "0001_initial")
        answer = client.get("/readyz/")
        assert answer.status_code == 503
        assert answer.json()["failed"] == {"migrations": ["mail.0001_initial"]}

    @pytest.mark.parametrize(
        ("where", "proxies"),
        [
            (STRANGER, 0),
            ({"HTTP_X_FORWARDED_FOR": "192.0.2.7"}, 0),
            ({}, 1),
            ({"REMOTE_ADDR": ""}, 0),
        ],
    )
    def test_tells_a_stranger_only_that(self, client, settings, where, proxies):
        settings.TRUSTED_PROXY_COUNT = proxies
        guards.uninstall()
        answer = client.get("/readyz/", **where)
        assert (answer.status_code, answer.json()) == (503, {"ready": False})

    def test_tells_staff(self, client, django_user_model):
        person = django_user_model.objects.create_user("staff@operator.example", is_staff=True)
        client.force_login(person)
        guards.uninstall()
        assert "guards" in client.get("/readyz/", **STRANGER).json()["failed"]

    def test_survives_a_lost_database(self, client, monkeypatch):
        def lost(using):
            raise OperationalError("could not connect to 10.0.0.7")

        monkeypatch.setattr(health, "_unapplied", lost)
        answer = client.get("/readyz/")
        assert answer.status_code == 503
        assert answer.json() == {"ready": False, "failed": {"database": ["OperationalError"]}}
        assert client.get("/readyz/", **STRANGER).json() == {"ready": False}
