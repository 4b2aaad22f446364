from pathlib import Path

import allauth
import pytest
from django.conf import settings as site
from django.template.loader import get_template

from relationships.signin import letters

from .people import last_letter, make_person, sign_in

pytestmark = pytest.mark.django_db

ALLAUTH = Path(allauth.__file__).parent / "templates"
# Links are not used: codes are typed where they were asked for.
NOT_USED = {"account/email/password_reset_key"}
PREFIXES = sorted(
    str(path.relative_to(ALLAUTH)).removesuffix("_subject.txt")
    for room in ("account", "mfa")
    for path in (ALLAUTH / room / "email").glob("*_subject.txt")
)
FACTS = {
    "code": "BCDF-GHJK",
    "ip": "192.0.2.7",
    "user_agent": "A browser <b>",
    "signup_url": "http://127.0.0.1:8000/accounts/signup/",
    "password_reset_url": "http://127.0.0.1:8000/accounts/password/reset/",
    "from_email": "old@fernhill.example",
    "to_email": "new@fernhill.example",
    "deleted_email": "old@fernhill.example",
    "minutes": 10,
}


@pytest.fixture
def facts():
    from django.utils import timezone

    return {**FACTS, "timestamp": timezone.now()}


@pytest.mark.parametrize("prefix", [name for name in PREFIXES if name not in NOT_USED])
class TestEveryLetter:
    def test_is_in_our_own_words(self, prefix):
        for ending in ("subject", "message"):
            origin = Path(get_template(f"{prefix}_{ending}.txt").origin.name)
            assert origin.is_relative_to(site.BASE_DIR / "templates")

    def test_has_a_subject_a_text_and_a_page(self, prefix, facts):
        letters.send(prefix, "robin@fernhill.example", facts)
        letter = last_letter()
        assert letter.kind == prefix.rsplit("/", 1)[-1]
        assert letter.subject
        assert "\n\n\n" not in letter.text
        assert site.SITE_URL in letter.text
        assert "<p>" in letter.html
        assert "<b>" not in letter.html


class TestLetter:
    def test_shows_a_code_alone_on_its_line(self, facts):
        letters.send("account/email/login_code", "robin@fernhill.example", facts)
        assert "\n\nBCDF-GHJK\n\n" in last_letter().text
        assert "<big>BCDF-GHJK</big>" in last_letter().html

    def test_is_forgotten_only_when_it_holds_a_code(self, facts):
        letters.send("account/email/login_code", "robin@fernhill.example", facts)
        assert last_letter().forget
        del facts["code"]
        letters.send("account/email/password_changed", "robin@fernhill.example", facts)
        assert not last_letter().forget

    def test_is_in_the_reader_s_language(self, facts):
        person = make_person(language="ko")
        letters.send("account/email/login_code", person.email, facts)
        assert last_letter().language == "ko"
        assert last_letter().recipient_name == person.name

    def test_tells_the_time_in_the_reader_s_zone(self, facts):
        person = make_person(time_zone="Asia/Seoul")
        letters.send("account/email/password_changed", person.email, facts)
        assert "(Asia/Seoul)" in last_letter().text or "(KST)" in last_letter().text

    def test_goes_out_when_a_password_is_changed(self, client):
        person = make_person()
        sign_in(client, person)
        new = "other-tram-53-anchor"
        typed = {"oldpassword": "violet-tram-52-anchor", "password1": new, "password2": new}
        client.post("/accounts/password/change/", typed)
        assert last_letter(person.email).kind == "password_changed"
