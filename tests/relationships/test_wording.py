"""The two paragraphs of an open request's mail."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Actor
from audit.models import Event
from partners.rights import Agent
from relationships.models import RelationshipRequest
from relationships.moves.asking import ChangedMeanwhile, RequestRefused
from relationships.moves.cancelling import cancel
from relationships.moves.supervising import suspend_partner
from relationships.moves.wording import edit_text, text_digest
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return make.make_partner()


@pytest.fixture
def by(partner):
    return Actor.objects.of(make.make_admin_agent(partner))


@pytest.fixture
def asked(partner, by):
    return make.make_request(partner, by=by.user, first_paragraph="Hello.", second_paragraph="Bye.")


def texts(request) -> tuple[str, str]:
    stored = RelationshipRequest.objects.get(pk=request.pk)
    return stored.first_paragraph, stored.second_paragraph


class TestEditText:
    def test_replaces_or_drops_a_paragraph_and_changes_nothing_that_is_asked(self, asked, by):
        edit_text(asked, "Good day.\r\n\r\nTwo lines.", "", by=by, seen=text_digest(asked))
        assert texts(asked) == ("Good day.\nTwo lines.", "")
        stored = RelationshipRequest.objects.get(pk=asked.pk)
        assert (stored.version, stored.token, stored.terms) == (1, asked.token, asked.terms)
        assert Event.objects.filter(kind="request.text_edited").count() == 1

    @pytest.mark.parametrize("text", ["See evil.example", "x" * 1001])
    def test_refuses_links_addresses_and_books_r6(self, asked, by, text):
        for texts_given in ((text, ""), ("", text)):
            with pytest.raises(RequestRefused):
                edit_text(asked, *texts_given, by=by, seen=text_digest(asked))
        assert texts(asked) == ("Hello.", "Bye.")

    def test_of_what_somebody_changed_meanwhile_is_refused(self, asked, by):
        seen = text_digest(asked)
        edit_text(asked, "First.", "", by=by, seen=seen)
        with pytest.raises(ChangedMeanwhile, match="Somebody changed the text"):
            edit_text(asked, "Second.", "", by=by, seen=seen)
        assert texts(asked) == ("First.", "")
        edit_text(asked, "First.", "", by=by, seen=seen)
        assert Event.objects.filter(kind="request.text_edited").count() == 1

    def test_is_refused_once_the_request_is_over(self, asked, by):
        cancel(asked, by=by)
        with pytest.raises(RequestRefused, match="cancelled"):
            edit_text(asked, "Late.", "", by=by, seen=text_digest(asked))
        assert texts(asked) == ("Hello.", "Bye.")

    def test_is_refused_to_a_suspended_partner(self, partner, asked, by):
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        with pytest.raises(RequestRefused, match="suspended"):
            edit_text(asked, "Late.", "", by=by, seen=text_digest(asked))
        assert texts(asked) == ("Hello.", "Bye.")

    def test_follows_the_rights_to_ask(self, partner, asked, by):
        seller = Actor.objects.of(make.join_partner(partner, agent=Agent.SALES_AGENT))
        for request in (asked, make.make_link(partner, by=by.user)):
            with pytest.raises(PermissionDenied):
                edit_text(request, "Mine.", "", by=seller, seen=text_digest(request))
        assert texts(asked) == ("Hello.", "Bye.")
