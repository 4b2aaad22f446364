"""What a provider answers, right and wrong, to the letter: a provider of paper on a port."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from relationships.models import IdentityProvider
from relationships.moves.signing_on import note_test, set_up, turn_on
from relationships.signin.openid import Problem, is_verified, problem_of
from tests.relationships.test_people import Nothing
from tests.relationships.test_signing_on import fernhill  # noqa: F401  a fixture

from .people import is_signed_in
from .test_sign_on import begin, callback_of, parameters, text, way_of

pytestmark = pytest.mark.django_db
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Paper:
    """Says whatever the test writes on it."""

    def __init__(self):
        paper = self
        self.pages = {}
        self.asked = []

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                paper.asked.append((self.path, self.rfile.read(length).decode()))
                status, body, more = paper.pages.get(self.path, (404, "", {}))
                body = body if isinstance(body, str) else json.dumps(body)
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **more}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            do_GET = do_POST = answer

            def log_message(self, *said):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        # The usual half second between two looks is what ending it would take in every test.
        Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()

    def says(self, path, body, status=200, **headers):
        self.pages[path] = (status, body, headers)

    def configuration(self, **changes):
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
        found |= changes
        said = {name: value for name, value in found.items() if value is not None}
        self.says("/.well-known/openid-configuration", said)

    def keys(self, key=KEY):
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
        self.says("/keys", {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]})

    def token(self, key=KEY, algorithm="RS256", headers=None, **changes):
        claims = {
            "iss": self.issuer,
            "aud": "partner-center",
            "sub": "7",
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            "email": "robin@fernhill.example",
            "email_verified": True,
            "name": "Robin Reed",
        }
        claims |= changes
        claims = {name: value for name, value in claims.items() if value is not None}
        headers = {"kid": "one"} if headers is None else headers
        id_token = jwt.encode(claims, key, algorithm=algorithm, headers=headers)
        self.answer(id_token=id_token)

    def answer(self, **more):
        self.says("/token", {"access_token": "a", "token_type": "Bearer", **more})


@pytest.fixture
def paper():
    paper = Paper()
    paper.configuration()
    paper.keys()
    paper.token()
    yield paper
    paper.server.shutdown()
    paper.server.server_close()


@pytest.fixture
def birch(fernhill, paper):  # noqa: F811  the customer of the moves' own tests
    provider = set_up(
        fernhill,
        issuer=paper.issuer,
        client_id="partner-center",
        secret="s3cret",
        by=fernhill.by,
    )
    note_test(provider, by=fernhill.by)
    turn_on(provider, by=fernhill.by)
    return fernhill


def come_back(birch):
    browser = Client()
    state = parameters(way_of(begin(browser, "robin@fernhill.example")))["state"]
    return browser, browser.get(callback_of(birch), {"code": "c", "state": state})


def test_a_right_answer_signs_in(birch, paper):
    browser, response = come_back(birch)
    assert response.status_code == 302
    assert is_signed_in(browser)
    sent = parse_qs(next(body for path, body in paper.asked if path == "/token"))
    assert sent["client_secret"] == ["s3cret"]
    assert len(sent["code_verifier"][0]) >= 43


def refused(birch, sentence="could not be trusted"):
    browser = Client()
    state = parameters(way_of(begin(browser, "robin@fernhill.example")))["state"]
    with Nothing():
        response = browser.get(callback_of(birch), {"code": "c", "state": state})
    assert response.status_code in (401, 503)
    assert sentence in text(response)
    assert not is_signed_in(browser)


class TestToken:
    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "https://other.example"},
            {"iss": None},
            {"aud": "somebody-else"},
            {"aud": None},
            {"exp": int(time.time()) - 3600},
            {"exp": None},
            {"sub": None},
            {"sub": ""},
        ],
        ids=str,
    )
    def test_that_says_another_thing(self, birch, paper, changes):
        paper.token(**changes)
        refused(birch)

    def test_that_is_signed_by_another_key(self, birch, paper):
        paper.token(key=OTHER_KEY)
        refused(birch)

    def test_that_is_not_signed(self, birch, paper):
        paper.token(key=None, algorithm="none")
        refused(birch)

    def test_that_is_signed_with_the_public_key_as_a_secret(self, birch, paper):
        """The algorithm is the provider's to choose, not the token's."""
        paper.token(key="x" * 64, algorithm="HS256")
        refused(birch)

    def test_that_names_no_key_where_there_is_one(self, birch, paper):
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        paper.says("/keys", {"keys": [public]})
        paper.token(headers={})
        browser, _response = come_back(birch)
        assert is_signed_in(browser)

    @pytest.mark.parametrize("headers", [{"kid": "two"}, {"kid": ""}])
    def test_whose_key_is_not_there(self, birch, paper, headers):
        paper.token(headers=headers)
        refused(birch)

    @pytest.mark.parametrize("keys", ["", "{}", "[]", '{"keys": [{}]}', '{"keys": 7}'])
    def test_whose_keys_cannot_be_read(self, birch, paper, keys):
        paper.says("/keys", keys)
        refused(birch, "")

    @pytest.mark.parametrize("id_token", ["", "x", "a.b.c", 7, None])
    def test_that_is_none(self, birch, paper, id_token):
        paper.answer(id_token=id_token)
        refused(birch)

    @pytest.mark.parametrize("body", ["", "[]", "null", "<html>", '{"error": "invalid_grant"}'])
    def test_page_that_gives_none(self, birch, paper, body):
        paper.says("/token", body)
        refused(birch, "")

    @pytest.mark.parametrize(
        "answer",
        [
            "[" * 100_000,
            "7" * 5_000,
            '"text"',
            '{"access_token": "a", "expires_in": "abc"}',
            '{"access_token": "a", "expires_in": 1e999}',
            '{"access_token": {}, "id_token": []}',
        ],
        ids=lambda answer: answer[:30],
    )
    def test_answer_of_another_form(self, birch, paper, answer):
        paper.says("/token", answer)
        refused(birch, "")

    def test_answer_without_a_type(self, birch, paper):
        paper.says("/token", "{}", **{"Content-Type": ""})
        refused(birch, "")

    @pytest.mark.parametrize(
        "claims",
        [
            {"sub": "x" * 250},
            {"sub": "a\ud800"},
            {"sub": "a\0b"},
            {"jti": "j", "exp": 10**300},
            {"exp": "soon"},
            {"iat": None},
        ],
        ids=["long", "surrogate", "null", "huge", "no number", "none"],
    )
    def test_of_odd_claims(self, birch, paper, claims):
        paper.token(**claims)
        refused(birch)

    def test_with_a_name_that_is_none_signs_in_without(self, birch, paper):
        paper.token(name="a\ud800b\u202e")
        browser, _response = come_back(birch)
        assert is_signed_in(browser)

    def test_answer_is_not_shown_to_who_tests(self, birch, paper):
        paper.says("/token", '{"error": "invalid_client", "echo": "TOPSECRET"}', status=400)
        browser = Client()
        browser.force_login(birch.by.user)
        page = f"/customers/{birch.slug}/profile/sign-on/"
        state = parameters(way_of(browser.post(page + "test/")))["state"]
        answer = browser.get(callback_of(birch), {"code": "c", "state": state}, follow=True)
        assert "invalid_client" in text(answer)
        assert "TOPSECRET" not in text(answer)

    def test_is_taken_once(self, birch, paper):
        paper.token(jti="only-once")
        come_back(birch)
        refused(birch)


class TestAddress:
    @pytest.mark.parametrize("said", [False, "false", 0, None, "", [], {}])
    def test_that_is_not_verified(self, birch, paper, said):
        paper.token(email_verified=said)
        refused(birch, "is verified as yours")

    @pytest.mark.parametrize(
        ("claim", "said"),
        [("email_verified", True), ("email_verified", "true"), ("xms_edov", True), ("xms_edov", 1)],
    )
    def test_that_is_verified_in_one_of_the_ways_of_the_field(self, claim, said):
        assert is_verified({claim: said})

    def test_is_verified_by_nothing_that_contradicts_it(self):
        assert not is_verified({"email_verified": False, "xms_edov": True})

    @pytest.mark.parametrize(
        "email",
        [
            None,
            "",
            "robin",
            "robin@fernhill.example ",
            "a@b.example@fernhill.example",
            7,
            ["r@x.y"],
        ],
    )
    def test_that_is_none(self, birch, paper, email):
        paper.token(email=email)
        paper.says("/userinfo", {"sub": "7"})
        refused(birch, "did not say which e-mail address")

    @pytest.mark.parametrize(
        "email",
        [
            "robin@birch.example",
            "robin@fernhill.example.birch.example",
            "robin@fernhill.exam\u0440le",
            "robin@\uff46ernhill.example",
        ],
    )
    def test_of_another_domain(self, birch, paper, email):
        paper.token(email=email)
        refused(birch, "of another domain")

    def test_in_capitals_is_the_same(self, birch, paper):
        paper.token(email="Robin@FERNHILL.example")
        browser, _response = come_back(birch)
        assert is_signed_in(browser)


class TestUserinfo:
    def test_is_asked_where_the_token_says_no_address(self, birch, paper):
        paper.token(email=None, email_verified=None)
        told = {"sub": "7", "email": "robin@fernhill.example", "email_verified": True}
        paper.says("/userinfo", told)
        browser, _response = come_back(birch)
        assert is_signed_in(browser)

    @pytest.mark.parametrize("sub", ["8", "", None, 7])
    def test_about_somebody_else_is_not_believed(self, birch, paper, sub):
        paper.token(email=None, email_verified=None)
        told = {"sub": sub, "email": "robin@fernhill.example", "email_verified": True}
        paper.says("/userinfo", told)
        refused(birch)

    def test_is_not_helped_out_by_the_token(self, birch, paper):
        paper.token(email=None, email_verified=True)
        paper.says("/userinfo", {"sub": "7", "email": "robin@fernhill.example"})
        refused(birch, "is verified as yours")

    @pytest.mark.parametrize("body", ["", "[]", "null", "<html>"])
    def test_that_cannot_be_read(self, birch, paper, body):
        paper.token(email=None, email_verified=None)
        paper.says("/userinfo", body)
        refused(birch, "")


class TestConfiguration:
    @pytest.mark.parametrize(
        "changes",
        [
            {"issuer": "https://other.example"},
            {"issuer": None},
            {"token_endpoint": None},
            {"jwks_uri": 7},
            {"authorization_endpoint": None},
            {"authorization_endpoint": "http://[x"},
            {"token_endpoint_auth_methods_supported": 5},
        ],
        ids=str,
    )
    def test_of_another_or_half_a_provider(self, birch, paper, changes):
        paper.configuration(**changes)
        with Nothing():
            response = begin(Client(), "robin@fernhill.example")
        assert response.status_code == 401
        assert "is not set up right" in text(response)

    @pytest.mark.parametrize(
        "body", ["", "[]", "null", "<html>", "7", "[" * 100_000, "7" * 5_000], ids=lambda b: b[:9]
    )
    def test_that_cannot_be_read(self, birch, paper, body):
        paper.says("/.well-known/openid-configuration", body)
        assert begin(Client(), "robin@fernhill.example").status_code in (401, 503)

    def test_is_not_followed_to_another_place(self, birch, paper):
        place = {"Location": f"{paper.issuer}/inside"}
        paper.says("/.well-known/openid-configuration", "", status=302, **place)
        assert begin(Client(), "robin@fernhill.example").status_code in (401, 503)
        assert "/inside" not in [path for path, _body in paper.asked]

    def test_leads_to_no_script(self, birch, paper):
        paper.configuration(authorization_endpoint="javascript:alert(1)//")
        response = begin(Client(), "robin@fernhill.example")
        assert response.status_code == 401
        assert "javascript:" not in text(response)

    def test_may_end_with_a_slash(self, birch, paper):
        paper.configuration(issuer=f"{paper.issuer}/")
        paper.token(iss=f"{paper.issuer}/")
        IdentityProvider.objects.update(issuer=f"{paper.issuer}/")
        browser, _response = come_back(birch)
        assert is_signed_in(browser)


def test_every_problem_has_both_sentences(birch):
    from relationships.signin import sources
    from relationships.signin.sign_on_failures import sentence, sentence_for_admin

    source = sources.by_id(birch.identity_provider.key)
    for problem in Problem:
        assert sentence(problem, source, "x")
        assert sentence_for_admin(problem, source, "x")


def test_an_unknown_error_is_one_of_the_token():
    assert problem_of(None) == (Problem.TOKEN, "")
