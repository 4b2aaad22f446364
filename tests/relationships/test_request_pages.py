"""The pages of a partner's requests: the list, one request, and what is done by one press."""

import html
from datetime import timedelta

import pytest
from django.utils.html import escape

from accounts.models import Actor
from audit.models import SealedPart
from customers.rights import CustomerRole
from mail import outbox
from mail.models import Delivery
from partners.models import PartnerKind
from partners.rights import Agent
from relationships.models import RelationshipRequest
from relationships.moves.cancelling import cancel
from relationships.moves.clock import lapse
from relationships.moves.sending import send
from relationships.moves.standing import rotate
from relationships.moves.supervising import suspend_partner
from relationships.moves.wording import text_digest
from tests import factories as make

from .partner_side import decided, page, said
from .scenes import Fernhill, text_of

pytestmark = pytest.mark.django_db

# Without the session, which a site reads from the database and these tests from memory.
QUERIES = {"request-list": 3, "request-detail": 9, "request-text": 3, "request-cancel": 3}


def path_of(name: str, request) -> str:
    return page(name, request.partner, request.public_id)


@pytest.mark.parametrize("count", [3, 30])
@pytest.mark.parametrize("shown", QUERIES)
def test_page_asks_the_database_as_often_for_many(
    client, partner, agent, shown, count, django_assert_max_num_queries
):
    for _ in range(count):
        make.make_request(partner, by=agent)
    asked = make.make_request(partner, by=agent, email="a@fernhill.example")
    send(asked, by=Actor.objects.of(agent))
    url = page(shown, partner) if shown == "request-list" else path_of(shown, asked)
    client.get(url)
    with django_assert_max_num_queries(QUERIES[shown]):
        assert client.get(url).status_code == 200


class TestList:
    def test_pages_by_key_without_loss_or_repetition(self, client, partner, agent, monkeypatch):
        monkeypatch.setattr("relationships.views.request_list.PAGE", 2)
        made = [make.make_request(partner, by=agent, role_ids=()) for _ in range(5)]
        seen, url = [], page("request-list", partner)
        while url:
            answer = client.get(url)
            seen += [asked.pk for asked in answer.context["requests"]]
            url = answer.context["older_url"]
        assert seen == [request.pk for request in reversed(made)]

    @pytest.mark.parametrize(
        "before", ["x", "_", "2026-01-01_1", "2026-01-01T00:00:00Z_" + "9" * 99]
    )
    def test_takes_a_mangled_key(self, client, partner, agent, before):
        make.make_request(partner, by=agent)
        answer = client.get(page("request-list", partner), {"before": before})
        assert answer.status_code == 200

    def test_says_what_each_asks_of_whom(self, client, partner, agent):
        make.make_request(partner, by=agent, email="admin@fernhill.example")
        text = client.get(page("request-list", partner)).content.decode()
        assert "admin@fernhill.example" in text
        assert "selling and roles" in text


class TestFilters:
    @pytest.fixture
    def one_of_each(self, partner, agent):
        """A request in every state that a partner's request can be in."""
        by = Actor.objects.of(agent)
        cancelled = make.make_request(partner, by=agent, name="cancelled")
        cancel(cancelled, by=by)
        expired = make.make_request(partner, by=agent, name="expired")
        lapse(expired, at=expired.expires_at)
        decided(partner, approved=True)
        make.make_request(partner, by=agent, name="open")
        make.make_draft(partner, by=agent, name="draft")
        rotate(make.make_link(partner, by=agent), by=by)

    @pytest.mark.parametrize(
        ("state", "states"),
        [
            ("waiting", {"open", "draft"}),
            ("decided", {"decided"}),
            ("over", {"cancelled", "expired", "rotated"}),
            ("", {"open", "draft", "decided", "cancelled", "expired", "rotated"}),
            ("no-such", {"open", "draft", "decided", "cancelled", "expired", "rotated"}),
        ],
    )
    def test_show_what_they_say(self, client, partner, one_of_each, state, states):
        answer = client.get(page("request-list", partner), {"state": state})
        assert {asked.status for asked in answer.context["requests"]} == states
        current = [tab["url"] for tab in answer.context["tabs"] if tab["current"]]
        known = state in ("waiting", "decided", "over")
        assert current == [page("request-list", partner) + (f"?state={state}" if known else "")]

    def test_stay_from_page_to_page(self, client, partner, agent, monkeypatch):
        monkeypatch.setattr("relationships.views.request_list.PAGE", 2)
        made = []
        for _ in range(5):
            made.append(make.make_request(partner, by=agent, role_ids=()))
            cancel(make.make_request(partner, by=agent, role_ids=()), by=Actor.objects.of(agent))
        seen, url = [], page("request-list", partner) + "?state=waiting"
        while url:
            answer = client.get(url)
            seen += [asked.pk for asked in answer.context["requests"]]
            url = answer.context["older_url"]
        assert seen == [request.pk for request in reversed(made)]

    def test_say_so_where_there_is_nothing(self, client, partner, agent):
        make.make_request(partner, by=agent)
        text = client.get(page("request-list", partner), {"state": "decided"}).content.decode()
        assert "No such requests" in text
        assert "?state=waiting" in text


class TestDetail:
    def test_shows_the_link_while_it_is_open(self, client, partner, agent):
        request = make.make_request(partner, by=agent, email="admin@fernhill.example")
        text = client.get(request.get_absolute_url()).content.decode()
        for fact in (request.link, "admin@fernhill.example", "Exchange Administrator", "365"):
            assert fact in text
        assert "A request was created." in text
        assert f"{agent.name} &lt;{agent.email}&gt;" in text

    def test_shows_the_whole_mail(self, client, partner, agent):
        request = make.make_request(
            partner, by=agent, first_paragraph="Hello & good day.", email="a@fernhill.example"
        )
        answer = client.get(request.get_absolute_url())
        text = answer.content.decode()
        mail = answer.context["mail"]
        assert mail.text.startswith("Hello & good day.")
        assert request.link in mail.text
        assert escape(mail.text) in text
        assert escape(mail.subject) in text
        assert "Copy e-mail" in text
        assert f'href="{escape(answer.context["mailto"])}"' in text
        assert path_of("request-text", request) in text

    def test_of_a_draft_shows_no_link_and_what_can_be_done(self, client, partner, agent):
        draft = make.make_draft(partner, by=agent)
        text = client.get(draft.get_absolute_url()).content.decode()
        for name in ("request-create", "request-edit", "request-cancel"):
            assert path_of(name, draft) in text
        assert "/r/" not in text
        assert "30 days after it is created" in text

    def test_of_another_persons_right_shows_no_buttons(self, client, partner, agent):
        request = make.make_request(partner, by=agent, email="a@fernhill.example")
        draft = make.make_draft(partner, by=agent)
        client.force_login(make.join_partner(partner, agent=Agent.SALES_AGENT))
        for asked in (request, draft):
            text = client.get(asked.get_absolute_url()).content.decode()
            for name in (
                "request-send",
                "request-text",
                "request-cancel",
                "request-edit",
                "request-create",
            ):
                assert path_of(name, asked) not in text

    def test_of_a_suspended_partner_leaves_only_the_way_back(self, client, partner, agent):
        request = make.make_request(partner, by=agent, email="a@fernhill.example")
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        text = client.get(request.get_absolute_url()).content.decode()
        assert path_of("request-send", request) not in text
        assert path_of("request-text", request) not in text
        assert path_of("request-cancel", request) in text
        assert "This partner is suspended." in text

    def test_of_the_open_standing_link_is_its_own_page(self, client, partner, agent):
        link = make.make_link(partner, by=agent)
        answer = client.get(link.get_absolute_url())
        assert answer["Location"] == page("standing-link", partner)
        new = rotate(link, by=Actor.objects.of(agent))
        text = client.get(link.get_absolute_url()).content.decode()
        assert "rotated" in text
        assert new.link not in text
        assert link.link not in text

    def test_shows_what_the_customer_allowed_and_no_link_any_more(self, client, partner, agent):
        request = decided(partner, approved=True)
        text = client.get(request.get_absolute_url()).content.decode()
        for fact in ("Fernhill Foods", "allowed", "Exchange Administrator", "until"):
            assert fact in text
        assert request.link not in text

    def test_names_no_customer_that_declined(self, client, partner, agent):
        """Its name is shown to the partner only after an approval (design 5.2)."""
        request = decided(partner, approved=False)
        text = client.get(request.get_absolute_url()).content.decode()
        assert "The customer declined the request." in text
        assert "not allowed" in text
        assert "Fernhill Foods" not in text

    def test_of_another_partner_is_not_found_at_home_either(self, client, partner, agent):
        other = make.make_request()
        assert client.get(other.get_absolute_url()).status_code == 404
        assert client.get(page("request-detail", partner, other.public_id)).status_code == 404


class TestCertificate:
    """Of the proof the partner reads the count, and nothing of what was counted."""

    def test_is_told_by_its_count_alone(self, client, partner, agent):
        fernhill = Fernhill()
        request = make.make_request(partner, by=agent)
        fernhill.approve(make.make_decision(request, fernhill.customer, by=fernhill.admin))
        text = text_of(client.get(request.get_absolute_url()))
        assert "3 of 3 subscriptions of the customer unchanged, its account unchanged" in text
        certificate = fernhill.customer.certificates.get()
        hidden = [str(certificate.public_id), certificate.root, fernhill.birch.name]
        for row in fernhill.customer.subscriptions.all():
            hidden += [str(row.public_id), str(row)]
        assert not [words for words in hidden if words in text]

    def test_is_told_in_words_where_there_was_none(self, client, partner, agent):
        request = decided(partner, approved=True)
        text = text_of(client.get(request.get_absolute_url()))
        assert "The customer's account unchanged; it had no subscription." in html.unescape(text)

    def test_is_not_told_of_a_customer_that_declined(self, client, partner, agent):
        request = decided(partner, approved=False)
        assert "unchanged" not in text_of(client.get(request.get_absolute_url()))


class TestWhyItWaits:
    def text(self, client, request) -> str:
        return client.get(request.get_absolute_url()).content.decode()

    def test_says_what_was_done_and_who_is_next(self, client, partner, agent):
        customer = make.make_customer("Fernhill Foods")
        admin = make.join_customer(customer)
        request = make.make_request(partner, by=agent, email=admin.email)
        assert "was not sent from here" in self.text(client, request)
        send(request, by=Actor.objects.of(agent))
        sent = self.text(client, request)
        assert f"It was sent to {admin.email} on" in sent
        assert "Nobody has opened it yet." in sent
        assert "Without an answer it expires on" in sent
        make.make_decision(request, customer, by=admin)
        opened = self.text(client, request)
        assert "A person of the customer opened it on" in opened
        assert "Nobody has opened it yet." not in opened

    def test_names_nobody_of_the_customer_and_not_the_customer(self, client, partner, agent):
        customer = make.make_customer("Fernhill Foods", domain="fernhill.example")
        reader = make.join_customer(
            customer, CustomerRole.READER, make.make_user(name="Rosa Reader")
        )
        request = make.make_request(partner, by=agent, addressed_domain="fernhill.example")
        send(request, by=Actor.objects.of(agent))
        make.make_decision(request, customer, by=reader)
        assert SealedPart.objects.filter(actor_label__startswith="Rosa Reader").exists()
        text = self.text(client, request)
        assert "opened by a person of the customer" in text
        for secret in ("Rosa", reader.email, "Fernhill Foods"):
            assert secret not in text

    def test_says_when_the_mail_could_not_be_delivered(self, client, partner, agent, settings):
        settings.EMAIL_BACKEND = "tests.mail.test_outbox.Broken"
        request = make.make_request(partner, by=agent, email="nobody@fernhill.example")
        send(request, by=Actor.objects.of(agent))
        at = make.now()
        for _ in range(outbox.ATTEMPTS):
            assert "could not be delivered" not in self.text(client, request)
            outbox.deliver_due(at)
            at += make.days(1)
        assert "could not be delivered" in self.text(client, request)

    def test_of_a_request_to_nobody_says_so(self, client, partner, agent):
        request = make.make_request(partner, by=agent)
        assert "for whoever gets its link" in self.text(client, request)


class TestSend:
    @pytest.fixture
    def request_made(self, partner, agent):
        return make.make_request(
            partner, by=agent, email="admin@fernhill.example", first_paragraph="As agreed."
        )

    def press(self, client, request, **more):
        return client.post(path_of("request-send", request), **more)

    def test_queues_one_mail_that_says_what_it_is(self, client, partner, agent, request_made):
        assert "Send e-mail" in client.get(request_made.get_absolute_url()).content.decode()
        self.press(client, request_made)
        mail = Delivery.objects.get(kind="request")
        assert mail.recipient == "admin@fernhill.example"
        for body in (mail.text, mail.html):
            for fact in (
                "Alder Cloud",
                partner.primary_domain,
                "on behalf of Alder Cloud",
                "Exchange Administrator",
                "As agreed.",
                request_made.link,
                "No link in this mail changes anything.",
            ):
                assert fact in body
        after = client.get(request_made.get_absolute_url()).content.decode()
        assert "Send e-mail" not in after
        assert "Send again" in after
        assert "is on its way" in after

    def test_pressed_twice_sends_one_mail_and_says_when_the_next_can_go(
        self, client, agent, request_made
    ):
        self.press(client, request_made)
        answer = self.press(client, request_made, follow=True)
        assert "It can write there again from" in said(answer)[-1]
        assert Delivery.objects.count() == 1

    def test_is_a_post(self, client, agent, request_made):
        assert client.get(path_of("request-send", request_made)).status_code == 405
        assert not Delivery.objects.exists()

    def test_with_roles_is_not_a_sales_agents(self, client, partner, agent, request_made):
        client.force_login(make.join_partner(partner, agent=Agent.SALES_AGENT))
        answer = self.press(client, request_made)
        assert answer.status_code == 403
        assert agent.get_full_name() in answer.content.decode()
        assert not Delivery.objects.exists()

    def test_is_no_strangers_nor_a_customers(self, client, request_made):
        customer = make.make_customer()
        for person in (
            make.make_admin_agent(make.make_partner()),
            make.join_customer(customer, CustomerRole.GLOBAL_ADMIN),
        ):
            client.force_login(person)
            assert self.press(client, request_made).status_code == 404
        assert not Delivery.objects.exists()

    def test_is_refused_once_expired(self, client, agent, request_made):
        old = make.make_request(
            request_made.partner,
            by=agent,
            email="b@fernhill.example",
            lifetime_days=1,
            at=request_made.created_at - timedelta(days=2),
        )
        answer = self.press(client, old, follow=True)
        assert "has expired" in said(answer)[0]
        assert not Delivery.objects.exists()


class TestCreateOfADraft:
    def press(self, client, draft, **more):
        return client.post(path_of("request-create", draft), **more)

    def test_makes_the_request(self, client, partner, agent):
        draft = make.make_draft(partner, by=agent, email="a@fernhill.example")
        answer = self.press(client, draft, follow=True)
        draft.refresh_from_db()
        assert draft.status == "open"
        assert draft.link in answer.content.decode()

    def test_asks_first_whom(self, client, partner, agent):
        draft = make.make_draft(partner, by=agent)
        answer = self.press(client, draft, follow=True)
        draft.refresh_from_db()
        assert draft.status == "draft"
        assert answer.request["PATH_INFO"] == path_of("request-edit", draft)
        assert said(answer) == ["Say first whom you ask."]

    def test_pressed_twice_makes_one(self, client, partner, agent):
        draft = make.make_draft(partner, by=agent, email="a@fernhill.example")
        self.press(client, draft)
        token = RelationshipRequest.objects.get().token
        answer = self.press(client, draft, follow=True)
        assert "no draft any more" in said(answer)[-1]
        assert RelationshipRequest.objects.get().token == token

    def test_with_roles_is_not_a_sales_agents(self, client, partner, agent):
        draft = make.make_draft(partner, by=agent, email="a@fernhill.example")
        client.force_login(make.join_partner(partner, agent=Agent.SALES_AGENT))
        assert self.press(client, draft).status_code == 403
        draft.refresh_from_db()
        assert draft.status == "draft"


class TestCancel:
    def test_says_what_ends_and_what_stays_before_anything_is_done(self, client, partner, agent):
        request = make.make_request(partner, by=agent, email="a@fernhill.example")
        text = client.get(path_of("request-cancel", request)).content.decode()
        for sentence in ("What ends", "nobody can approve it any more", "No subscription changes."):
            assert sentence in text
        request.refresh_from_db()
        assert request.status == "open"

    def test_takes_the_request_back(self, client, partner, agent):
        request = make.make_request(partner, by=agent, email="a@fernhill.example")
        answer = client.post(path_of("request-cancel", request), follow=True)
        request.refresh_from_db()
        assert request.status == "cancelled"
        text = answer.content.decode()
        assert said(answer) == ["The request is cancelled."]
        assert request.link not in text
        assert "The request was cancelled." in text

    def test_pressed_twice_says_so(self, client, partner, agent):
        request = make.make_request(partner, by=agent)
        client.post(path_of("request-cancel", request))
        answer = client.post(path_of("request-cancel", request), follow=True)
        assert "There is nothing to cancel" in said(answer)[-1]
        answer = client.get(path_of("request-cancel", request), follow=True)
        assert "There is nothing to cancel" in said(answer)[-1]

    def test_discards_a_draft(self, client, partner, agent):
        draft = make.make_draft(partner, by=agent)
        assert (
            "can no longer be edited"
            in client.get(path_of("request-cancel", draft)).content.decode()
        )
        answer = client.post(path_of("request-cancel", draft), follow=True)
        assert said(answer) == ["The draft is discarded."]

    def test_with_roles_is_not_a_sales_agents(self, client, partner, agent):
        request = make.make_request(partner, by=agent)
        client.force_login(make.join_partner(partner, agent=Agent.SALES_AGENT))
        assert client.post(path_of("request-cancel", request)).status_code == 403
        request.refresh_from_db()
        assert request.status == "open"


class TestAgain:
    """From what is over to a new request that is filled in (rules R1, R37)."""

    def test_is_send_again_after_a_cancelled_or_expired_request(self, client, partner, agent):
        cancelled, expired = (make.make_request(partner, by=agent) for _ in range(2))
        cancel(cancelled, by=Actor.objects.of(agent))
        lapse(expired, at=expired.expires_at)
        for request in (cancelled, expired):
            text = client.get(request.get_absolute_url()).content.decode()
            assert "Send again" in text
            assert f"{page('request-new', partner)}?request={request.public_id}" in text

    def test_is_ask_again_after_a_no(self, client, partner, agent):
        declined = decided(partner, approved=False)
        half = decided(partner, approved=True, administration=False, roles=[])
        for request in (declined, half):
            text = client.get(request.get_absolute_url()).content.decode()
            assert "Ask again" in text
            assert f"?request={request.public_id}" in text

    def test_is_not_offered_while_it_waits_or_was_given_whole(self, client, partner, agent):
        for request in (make.make_request(partner, by=agent), decided(partner, approved=True)):
            assert "?request=" not in client.get(request.get_absolute_url()).content.decode()

    def test_is_not_offered_to_who_may_not_ask(self, client, partner, agent):
        declined = decided(partner, approved=False)
        suspend_partner(partner, by=make.operator(), reason="unpaid")
        assert "?request=" not in client.get(declined.get_absolute_url()).content.decode()


class TestText:
    def test_is_saved_and_stands_in_the_mail(self, client, partner, agent):
        request = make.make_request(partner, by=agent, first_paragraph="Old.")
        form = client.get(path_of("request-text", request)).context["form"]
        assert form["first_paragraph"].value() == "Old."
        answer = client.post(
            path_of("request-text", request),
            {"first_paragraph": "New.", "second_paragraph": "", "seen": form["seen"].value()},
            follow=True,
        )
        assert said(answer) == ["The text of the mail is saved."]
        assert answer.context["mail"].text.startswith("New.")

    @pytest.mark.parametrize("text", ["See evil.example", "x" * 1001, "x" * 200_000, "a\x00b"])
    def test_with_an_error_keeps_what_was_typed_r6(self, client, partner, agent, text):
        request = make.make_request(partner, by=agent, first_paragraph="Old.")
        answer = client.post(path_of("request-text", request), {"first_paragraph": text})
        assert answer.status_code == 422
        assert answer.context["form"]["first_paragraph"].value() == text
        assert answer.context["form"].errors["first_paragraph"]
        request.refresh_from_db()
        assert request.first_paragraph == "Old."

    def test_in_two_tabs_keeps_what_the_second_typed(self, client, partner, agent):
        request = make.make_request(partner, by=agent, first_paragraph="Old.")
        url = path_of("request-text", request)
        seen = client.get(url).context["form"]["seen"].value()
        client.post(url, {"first_paragraph": "First tab.", "seen": seen})
        answer = client.post(url, {"first_paragraph": "Second tab.", "seen": seen})
        assert answer.status_code == 422
        text = answer.content.decode()
        for part in ("Somebody changed the text", "First tab.", "Second tab."):
            assert part in text
        request.refresh_from_db()
        assert request.first_paragraph == "First tab."
        again = answer.context["form"]["seen"].value()
        client.post(url, {"first_paragraph": "Second tab.", "seen": again})
        request.refresh_from_db()
        assert request.first_paragraph == "Second tab."

    def test_of_a_request_that_is_over_cannot_be_changed(self, client, partner, agent):
        request = make.make_request(partner, by=agent)
        cancel(request, by=Actor.objects.of(agent))
        answer = client.get(path_of("request-text", request), follow=True)
        assert "is not open" in said(answer)[0]

    def test_of_the_standing_link_is_theirs_who_may_rotate_it(self, client, partner, agent):
        link = make.make_link(partner, by=agent)
        client.post(
            path_of("request-text", link), {"first_paragraph": "Ours.", "seen": text_digest(link)}
        )
        link.refresh_from_db()
        assert (link.first_paragraph, link.version) == ("Ours.", 1)
        client.force_login(make.join_partner(partner, agent=Agent.SALES_AGENT))
        assert client.get(path_of("request-text", link)).status_code == 403


class TestIndirectReseller:
    """It has no request page of its own (rule R45, choice 7.18)."""

    def test_is_told_so_instead_of_a_form_r45(self, client):
        reseller = make.make_partner(kind=PartnerKind.INDIRECT_RESELLER)
        client.force_login(make.make_admin_agent(reseller))
        for name in ("request-new", "standing-link", "link-edit", "link-rotate"):
            answer = client.get(page(name, reseller))
            assert answer.status_code == 403
            assert "uses the requests of its indirect provider" in answer.content.decode()
        assert client.post(page("request-new", reseller)).status_code == 403
        assert client.post(page("link-make", reseller)).status_code == 403
        assert not RelationshipRequest.objects.exists()
