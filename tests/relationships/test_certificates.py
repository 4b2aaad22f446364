"""The certificate: what the customer sees and takes away, and that a bad one is found out."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import Actor
from customers.rights import CustomerRole
from partnercenter.lib.canonical import canonical_moment
from relationships.certificates import sign, sweep
from relationships.keys import current_key, keys, make_key, retire
from relationships.models import Certificate, CertificateSignature
from subscriptions.models import Subscription
from subscriptions.moves import changing
from tests import factories as make

from .scenes import EXCHANGE, Fernhill, Unchanged

pytestmark = pytest.mark.django_db

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_certificate.py"
QUERIES = 9


@pytest.fixture(autouse=True)
def keys_of_its_own(settings, tmp_path):
    settings.CERTIFICATE_KEYS_DIR = tmp_path / "keys"


@pytest.fixture
def fernhill(client):
    fernhill = Fernhill()
    decision = fernhill.ask(fernhill.alder, EXCHANGE)
    fernhill.approve(decision)
    fernhill.certificate = Certificate.objects.get()
    client.force_login(fernhill.admin)
    return fernhill


def page(fernhill, name="certificate", certificate=None):
    arguments = [fernhill.customer.slug, (certificate or fernhill.certificate).public_id]
    return reverse(f"relationships:{name}", args=arguments)


def text_of(answer):
    return " ".join(answer.content.decode().split())


class Checker:
    """The script, run as a stranger runs it: on a file and the site's keys."""

    def __init__(self, client, folder):
        self.client, self.folder = client, folder

    def keys(self):
        return self.client.get("/.well-known/partner-center-keys.json").json()

    def __call__(self, certificate, known=None):
        file, keyring = self.folder / "certificate.json", self.folder / "keys.json"
        text = certificate if isinstance(certificate, str) else json.dumps(certificate)
        file.write_text(text, encoding="utf-8")
        keyring.write_text(json.dumps(known or self.keys()))
        ran = subprocess.run(
            [sys.executable, SCRIPT, file, keyring], capture_output=True, text=True, check=False
        )
        return ran.returncode, ran.stdout + ran.stderr


@pytest.fixture
def check(client, tmp_path):
    return Checker(client, tmp_path)


@pytest.fixture
def good(client, fernhill):
    sign(fernhill.certificate)
    return client.get(page(fernhill, "certificate-download")).json()


def read(part):
    """A part of a signature, as RFC 7515 writes it."""
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class TestPage:
    def test_says_how_many_are_unchanged_and_opens_each_as_it_was(self, client, fernhill):
        row = Subscription.objects.filter(seller=fernhill.birch).first()
        shown = text_of(client.get(page(fernhill)))
        assert "3 of 3 subscriptions unchanged, your account unchanged" in shown
        assert row.canonical_form().replace('"', "&quot;") in shown
        assert fernhill.certificate.root in shown
        assert "Birch" in shown

    def test_says_it_in_words_where_there_is_none(self, client):
        customer = make.make_customer()
        admin = make.join_customer(customer)
        request = make.make_request(role_ids=())
        decision = make.make_decision(request, customer, by=admin)
        client.force_login(admin)
        client.post(
            reverse("relationships:decision-decline", args=[customer.slug, decision.public_id]),
            {"seen_digest": make.make_answer(decision).seen_digest},
        )
        certificate = Certificate.objects.get()
        url = reverse("relationships:certificate", args=[customer.slug, certificate.public_id])
        assert "There was no subscription." in text_of(client.get(url))

    def test_is_linked_from_the_receipt(self, client, fernhill):
        receipt = text_of(client.get(fernhill.certificate.decision.get_absolute_url()))
        assert page(fernhill) in receipt

    @pytest.mark.parametrize("role", CustomerRole.values)
    def test_is_open_to_every_role_of_the_customer(self, client, fernhill, role):
        client.force_login(make.join_customer(fernhill.customer, role))
        with Unchanged():
            assert client.get(page(fernhill)).status_code == 200
            assert client.get(page(fernhill, "certificate-download")).status_code == 200

    def test_is_unknown_to_everybody_else(self, client, fernhill):
        other = make.make_customer()
        for person in (
            make.join_customer(other),
            make.make_admin_agent(fernhill.alder),
            make.make_admin_agent(fernhill.birch),
        ):
            client.force_login(person)
            for name in ("certificate", "certificate-download"):
                assert client.get(page(fernhill, name)).status_code == 404
        client.logout()
        assert client.get(page(fernhill)).status_code == 302

    def test_stays_as_it_was_when_a_subscription_lives_on(self, client, fernhill):
        row = Subscription.objects.filter(seller=fernhill.birch).first()
        before = client.get(page(fernhill, "certificate-download")).content
        by = Actor.objects.of(make.make_admin_agent(fernhill.birch))
        changing.change_quantity(row, 99, by=by)
        assert client.get(page(fernhill, "certificate-download")).content == before

    def test_asks_the_database_as_often_for_many(
        self, client, fernhill, django_assert_max_num_queries
    ):
        for _ in range(60):
            make.make_subscription(fernhill.customer, seller=fernhill.birch)
        decision = fernhill.ask(fernhill.alder)
        fernhill.approve(decision)
        url = page(fernhill, certificate=decision.certificate)
        client.get(url)
        with django_assert_max_num_queries(QUERIES):
            first = text_of(client.get(url))
        assert "Further ones" in first
        assert "Earlier ones" in text_of(client.get(f"{url}?page=2"))
        assert client.get(f"{url}?page=nonsense").status_code == 200
        assert client.get(f"{url}?page=999999").status_code == 200


class TestSignature:
    def test_is_made_once_and_by_the_worker_where_it_is_missing(self, fernhill):
        assert sweep() == 1
        assert sweep() == 0
        signature = CertificateSignature.objects.get()
        assert signature.key_id == current_key().key_id
        assert sign(fernhill.certificate) is None
        assert CertificateSignature.objects.count() == 1

    def test_seals_the_statement_that_the_document_describes(self, fernhill, settings):
        """Programs of strangers read it: neither a name nor a value may be another one day."""
        settings.SITE_URL = "https://center.example"
        certificate = fernhill.certificate
        head, body, _ = sign(certificate).signed_text.split(".")
        assert read(head) == {
            "alg": "EdDSA",
            "kid": current_key().key_id,
            "typ": "partner-center-certificate/1",
        }
        assert read(body) == {
            "format": "partner-center-certificate/1",
            "issuer": "https://center.example",
            "certificate": str(certificate.public_id),
            "customer": str(fernhill.customer.tenant_id),
            "event": str(certificate.event.public_id),
            "act": "request.approved",
            "at": canonical_moment(certificate.at),
            "count": 3,
            "root": certificate.root,
            "format_version": 1,
        }

    def test_is_made_for_the_oldest_first_and_not_for_all_at_once(self, fernhill, monkeypatch):
        monkeypatch.setattr("relationships.certificates.BATCH", 1)
        fernhill.approve(fernhill.ask(fernhill.birch))
        assert [sweep(), sweep(), sweep()] == [1, 1, 0]
        signed = CertificateSignature.objects.order_by("pk").values_list("certificate", flat=True)
        assert list(signed) == sorted(signed)
        assert len(signed) == 2

    def test_follows_the_commit(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            fernhill = Fernhill()
            fernhill.approve(fernhill.ask(fernhill.alder))
        assert CertificateSignature.objects.count() == 1

    def test_lets_the_act_stand_where_it_fails(
        self, monkeypatch, django_capture_on_commit_callbacks
    ):
        def broken():
            raise OSError("no keys")

        monkeypatch.setattr("relationships.certificates.current_key", broken)
        with django_capture_on_commit_callbacks(execute=True):
            fernhill = Fernhill()
            decision = fernhill.ask(fernhill.alder)
            fernhill.approve(decision)
        assert decision.status == "approved"
        assert not CertificateSignature.objects.exists()


class TestKeys:
    def test_are_made_on_the_first_start_for_the_site_alone(self, settings):
        key = current_key()
        (file,) = Path(settings.CERTIFICATE_KEYS_DIR).iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
        assert current_key().key_id == key.key_id

    def test_are_published_without_their_private_halves(self, client):
        key = current_key()
        (published,) = client.get("/.well-known/partner-center-keys.json").json()["keys"]
        assert published["kid"] == key.key_id
        assert set(published) == {"kty", "crv", "x", "kid", "use", "alg"}

    def test_rotate_without_losing_what_was_signed(self, fernhill, check, client, good):
        old = current_key()
        make_key()
        assert current_key().key_id != old.key_id
        assert check(good)[0] == 0
        retire(old)
        assert {key.key_id for key in keys()} >= {old.key_id}
        assert check(good)[0] == 0
        assert not next(key for key in keys() if key.key_id == old.key_id).private

    def test_are_kept_by_a_command(self, capsys):
        first = current_key().key_id
        with pytest.raises(CommandError, match="current key"):
            call_command("certificate_keys", retire=first)
        call_command("certificate_keys", rotate=True)
        call_command("certificate_keys", retire=first)
        assert "checks only" in capsys.readouterr().out
        with pytest.raises(CommandError, match="no key"):
            call_command("certificate_keys", retire="nonsense")


class TestFile:
    def test_holds_the_keys_that_the_document_describes(self, good, fernhill):
        account = {
            "tenant_id": str(fernhill.customer.tenant_id),
            "name": "Fernhill",
            "primary_domain": fernhill.customer.primary_domain,
            "country": "DE",
            "global_admins": [str(fernhill.admin.public_id)],
        }
        leaves = [{"form", "salt"}] * 3
        assert good.keys() == {"format", "signature", "account", "subscriptions"}
        assert good["format"] == "partner-center-certificate/1"
        assert [set(leaf) for leaf in good["subscriptions"]] == leaves
        assert json.loads(good["account"]["form"]) == account
        assert good["account"]["salt"] == fernhill.certificate.account_salt

    def test_can_be_had_before_it_is_signed(self, client, fernhill):
        file = client.get(page(fernhill, "certificate-download")).json()
        assert file["signature"] == ""

    def test_is_good_as_it_was_downloaded(self, check, good):
        code, said = check(good)
        assert (code, said[:23]) == (0, "Good: 3 subscriptions a")

    def test_is_checked_by_a_script_that_can_be_read(self):
        lines = SCRIPT.read_text().splitlines()
        assert len(lines) < 100
        assert "django" not in SCRIPT.read_text().lower()

    @pytest.mark.parametrize(
        ("spoil", "sentence"),
        [
            (lambda file: file["subscriptions"].pop(), "holds 2 subscriptions, but 3"),
            (lambda file: file["subscriptions"].reverse(), "not in their order"),
            (
                lambda file: file["subscriptions"][0].update(
                    form=file["subscriptions"][0]["form"].replace('"quantity":10', '"quantity":11')
                ),
                "is not what was signed",
            ),
            (
                lambda file: file["account"].update(
                    form=file["account"]["form"].replace("Fernhill", "Fernhell")
                ),
                "is not what was signed",
            ),
            (lambda file: file["account"].update(salt="00"), "is not what was signed"),
            (lambda file: file.update(signature=""), "no signature"),
            (lambda file: file.update(signature="a.b.c"), "no signature"),
            (lambda file: file.update(format="other"), "no certificate of the form"),
            (lambda file: file.pop("account"), "cannot be read"),
        ],
    )
    def test_that_was_spoilt_is_found_out(self, check, good, spoil, sentence):
        spoil(good)
        code, said = check(good)
        assert code == 1
        assert "NOT GOOD" in said
        assert sentence in said

    def test_that_was_cut_off_is_found_out(self, check, good):
        code, said = check(json.dumps(good)[:-40])
        assert (code, "cannot be read" in said) == (1, True)

    def test_with_one_digit_changed_anywhere_is_found_out(self, check, good):
        head, body, sealed = good["signature"].split(".")
        other = ("A" if body[30] != "A" else "B").join([body[:30], body[31:]])
        good["signature"] = ".".join([head, other, sealed])
        code, said = check(good)
        assert code == 1
        assert "does not fit" in said or "broken" in said

    def test_signed_by_an_unknown_key_is_found_out(self, check, good, settings, tmp_path):
        settings.CERTIFICATE_KEYS_DIR = tmp_path / "others"
        make_key()
        code, said = check(good)
        assert (code, "none of the site's" in said) == (1, True)

    def test_of_another_customer_does_not_pass_for_this_one(self, check, client, good):
        other = Fernhill()
        other.approve(other.ask(other.alder))
        certificate = Certificate.objects.get(customer=other.customer)
        sign(certificate)
        client.force_login(other.admin)
        foreign = client.get(page(other, "certificate-download", certificate)).json()
        code, said = check(good | {"signature": foreign["signature"]})
        assert code == 1
        assert "NOT GOOD" in said
        code, said = check(good | {"subscriptions": foreign["subscriptions"]})
        assert (code, "another customer's" in said) == (1, True)
