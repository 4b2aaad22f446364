import pytest
from django.utils import timezone

from accounts.models import Actor

from .people import make_person, sign_in
from .places import give_place_in_customer, give_place_in_partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    person = make_person()
    client.force_login(person)
    return person


class TestSwitch:
    def test_leads_straight_to_the_only_partner(self, client, person):
        place = give_place_in_partner(person)
        assert client.get("/").url == f"/partners/{place.partner.slug}/"

    def test_leads_straight_to_the_only_customer(self, client, person):
        place = give_place_in_customer(person)
        assert client.get("/").url == f"/customers/{place.customer.slug}/"

    def test_lists_the_places_on_both_sides(self, client, person):
        partner = give_place_in_partner(person, "Alder").partner
        customer = give_place_in_customer(person, "Fernhill").customer
        page = client.get("/").content.decode()
        assert f'href="/partners/{partner.slug}/"' in page
        assert f'href="/customers/{customer.slug}/"' in page
        assert "Alder" in page
        assert "Fernhill" in page

    def test_shows_nobody_else_s_places(self, client, person):
        give_place_in_partner(person)
        give_place_in_customer(person)
        give_place_in_partner(make_person(), "Birch")
        assert b"Birch" not in client.get("/").content

    def test_leaves_out_a_place_that_was_taken_away(self, client, person):
        place = give_place_in_partner(person, "Alder")
        place.removed_at, place.removed_by = timezone.now(), Actor.objects.command("tests")
        place.save(update_fields=["removed_at", "removed_by"])
        page = client.get("/")
        assert page.status_code == 200
        assert b"Alder" not in page.content

    def test_tells_who_has_no_place_how_to_get_one(self, client, person):
        page = client.get("/").content.decode()
        assert "You belong to no organisation yet" in page
        assert person.email in page

    def test_shows_staff_the_way_to_the_administration(self, client):
        staff = make_person(is_staff=True)
        client.force_login(staff)
        give_place_in_partner(staff)
        page = client.get("/")
        assert page.status_code == 200
        assert b'href="/admin/"' in page.content

    def test_shows_nobody_else_the_way_to_the_administration(self, client, person):
        assert b'href="/admin/"' not in client.get("/").content

    def test_asks_a_fixed_number_of_questions(self, client, person, django_assert_num_queries):
        for _place in range(4):
            give_place_in_partner(person)
            give_place_in_customer(person)
        client.get("/")
        # the user and the places on each side; the session comes from the cache
        with django_assert_num_queries(3):
            client.get("/")


class TestSuspendedPartner:
    @pytest.fixture
    def partner(self, person):
        partner = give_place_in_partner(person, "Alder").partner
        type(partner).objects.filter(pk=partner.pk).update(
            status="suspended",
            suspended_at=timezone.now(),
            suspended_by=Actor.objects.command("tests"),
            suspension_reason="unpaid",
        )
        return partner

    def test_lets_its_people_sign_in(self, client, person, partner):
        client.logout()
        assert sign_in(client, person).url == "/"
        assert client.get("/").url == f"/partners/{partner.slug}/"

    def test_is_marked_in_the_switch(self, client, person, partner):
        give_place_in_customer(person)
        assert b"suspended" in client.get("/").content
