import pytest

from tests import factories as make

from .people import make_person

pytestmark = pytest.mark.django_db

PAGE = "/profile/"
TYPED = {"name": "Robin Glen", "language": "en", "time_zone": "Asia/Seoul"}


@pytest.fixture
def person(client):
    person = make_person(name="Robin Fern")
    client.force_login(person)
    return person


class TestProfile:
    def test_saves_name_language_and_time_zone(self, client, person):
        assert client.post(PAGE, TYPED).url == PAGE
        person.refresh_from_db()
        assert (person.name, person.time_zone) == ("Robin Glen", "Asia/Seoul")

    def test_changes_nothing_else(self, client, person):
        client.post(PAGE, {**TYPED, "email": "thief@evil.example", "is_staff": "on", "demo": "on"})
        person.refresh_from_db()
        assert person.email != "thief@evil.example"
        assert not person.is_staff

    def test_leads_to_the_pages_of_the_account(self, client, person):
        page = client.get(PAGE).content.decode()
        for address in ("/accounts/email/", "/accounts/password/change/", "/accounts/2fa/"):
            assert f'href="{address}"' in page

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "x" * 200_000),
            ("name", "Robin <x@y.example>"),
            ("name", "\u200b"),
            ("name", "\u3164"),
            ("name", "Robin\u200fFern"),
            ("name", "…"),
            ("language", "tlh"),
            ("time_zone", "Mars/Olympus"),
            ("time_zone", "../../etc/passwd"),
        ],
    )
    def test_refuses_nonsense_and_changes_nothing(self, client, person, field, value):
        response = client.post(PAGE, {**TYPED, field: value})
        assert response.status_code == 422
        assert field in response.context["form"].errors
        person.refresh_from_db()
        assert (person.name, person.time_zone) == ("Robin Fern", "UTC")

    def test_keeps_a_zone_that_this_machine_does_not_know(self, client, person):
        person.time_zone = "Old/Zone"
        person.save(update_fields=["time_zone"])
        page = client.get(PAGE)
        assert page.context["form"]["time_zone"].value() == "Old/Zone"
        assert b'value="Old/Zone" selected' in page.content


class TestAnswers:
    def test_are_chosen_by_people_of_a_partner_alone(self, client, person):
        assert "answers_daily" not in client.get(PAGE).content.decode()
        client.post(PAGE, {**TYPED, "answers_daily": "on"})
        person.refresh_from_db()
        assert not person.answers_daily
        make.join_partner(make.make_partner(), agent="sales_agent", user=person)
        assert "at 17:00 in your time zone" in client.get(PAGE).content.decode()
        for typed, chosen in (({"answers_daily": "on"}, True), ({}, False)):
            client.post(PAGE, TYPED | typed)
            person.refresh_from_db()
            assert person.answers_daily is chosen


class TestPreferences:
    def test_language_is_the_person_s_own(self, client, person, settings):
        settings.LANGUAGES = [("en", "English"), ("ko", "Korean")]
        person.language = "ko"
        person.save(update_fields=["language"])
        response = client.get(PAGE, headers={"accept-language": "en"})
        assert response.headers["Content-Language"] == "ko"

    def test_language_of_a_guest_is_the_browser_s(self, client, settings):
        settings.LANGUAGES = [("en", "English"), ("ko", "Korean")]
        response = client.get("/accounts/login/", headers={"accept-language": "ko"})
        assert response.headers["Content-Language"] == "ko"

    def test_language_that_the_site_lost_gives_way(self, client, person):
        person.language = "tlh"
        person.save(update_fields=["language"])
        assert client.get(PAGE).headers["Content-Language"] == "en"

    def test_time_zone_holds_for_the_answer_and_no_longer(self, person, rf):
        from django.http import HttpResponse
        from django.utils import timezone

        from relationships.signin.middleware import PreferencesMiddleware

        person.time_zone = "Asia/Seoul"
        request = rf.get("/")
        request.user = person
        zone = PreferencesMiddleware(
            lambda request: HttpResponse(timezone.get_current_timezone_name())
        )
        assert zone(request).content == b"Asia/Seoul"
        assert timezone.get_current_timezone_name() == "UTC"

    def test_time_zone_that_the_machine_lost_gives_way(self, client, person):
        person.time_zone = "Mars/Olympus"
        person.save(update_fields=["time_zone"])
        assert client.get(PAGE).status_code == 200
