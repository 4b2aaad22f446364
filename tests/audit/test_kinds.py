import pytest
from django.utils.translation import gettext_lazy as _

from audit import kinds

from .acting import make_event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_register(monkeypatch):
    monkeypatch.setattr(kinds, "_sentences", {})


class TestSentence:
    def test_names_organisations_and_details(self):
        kinds.register({"x.done": _("%(partner)s asked %(customer)s for %(days)s days; %(more)s")})
        event = make_event("x.done", details={"days": 30})
        assert kinds.sentence(event) == "Alder Cloud asked Fernhill Hospital for 30 days; …"
        assert kinds.known() == {"x.done"}

    def test_falls_back_to_the_kind(self):
        assert kinds.sentence(make_event("x.done")) == "x.done"
