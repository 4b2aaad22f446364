import pytest
from django.db import OperationalError

from mail import sweeps


@pytest.fixture(autouse=True)
def _own_sweeps(monkeypatch):
    monkeypatch.setattr(sweeps, "_registered", {})


class TestRunDue:
    def test_runs_each_at_its_own_pace(self):
        ran = []
        sweeps.register("often", lambda: ran.append("often"), every=1)
        sweeps.register("seldom", lambda: ran.append("seldom"), every=10)
        for now in range(100, 112):
            sweeps.run_due(now)
        assert (ran.count("often"), ran.count("seldom")) == (12, 2)

    def test_goes_on_after_a_failure(self, caplog):
        ran = []
        sweeps.register("broken", lambda: 1 / 0, every=1)
        sweeps.register("whole", lambda: ran.append(1), every=1)
        sweeps.run_due(100)
        assert ran == [1]
        assert "sweep broken failed" in caplog.text

    def test_reports_a_database_error_after_the_others_have_run(self):
        def lost():
            raise OperationalError("the connection is lost")

        ran = []
        sweeps.register("lost", lost, every=1)
        sweeps.register("whole", lambda: ran.append(1), every=1)
        with pytest.raises(OperationalError):
            sweeps.run_due(100)
        assert ran == [1]

    def test_forgets_a_sweep(self):
        ran = []
        sweeps.register("x", lambda: ran.append(1), every=1)
        sweeps.unregister("x")
        sweeps.run_due(100)
        assert ran == []
