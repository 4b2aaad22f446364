"""Whatever address somebody types, the site asks nothing inside its own network."""

import pytest
import requests

from relationships.signin import outbound

from .test_openid import Paper


@pytest.fixture
def paper():
    paper = Paper()
    yield paper
    paper.server.shutdown()
    paper.server.server_close()


@pytest.fixture
def production(settings):
    settings.PLAIN_HTTP = False


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.0.0.8/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
        "https://2130706433/",
    ],
)
def test_asks_nothing_inside(production, address):
    with outbound.Session() as session, pytest.raises(requests.RequestException) as refused:
        session.get(address)
    assert not isinstance(refused.value, requests.Timeout)


def test_asks_nothing_without_tls(production, paper):
    with outbound.Session() as session, pytest.raises(requests.exceptions.InvalidSchema):
        session.get(paper.issuer)
    assert paper.asked == []


def test_asks_a_name_that_leads_inside_as_little(production, monkeypatch, paper):
    """The name is looked up once, and the address that was looked at is the one that is asked."""
    import socket

    port = paper.server.server_port
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.8", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **more: inside)
    with outbound.Session() as session, pytest.raises(requests.RequestException):
        session.get("https://id.fernhill.example/")


def test_asks_the_operators_own_provider_wherever_it_is(production, settings, paper):
    settings.SINGLE_SIGN_ON = [{"issuer": paper.issuer}]
    paper.says("/x", {"ok": True})
    settings.PLAIN_HTTP = True
    with outbound.Session() as session:
        assert session.get(f"{paper.issuer}/x").json() == {"ok": True}


def test_follows_no_redirect(paper):
    paper.says("/x", "", status=302, Location="/y")
    with outbound.Session() as session:
        assert session.get(f"{paper.issuer}/x").status_code == 302
    assert [path for path, _body in paper.asked] == ["/x"]


def test_reads_no_answer_without_an_end(paper):
    paper.says("/x", "x" * (outbound.LONGEST + 1))
    with outbound.Session() as session, pytest.raises(outbound.TooLong):
        session.get(f"{paper.issuer}/x")


def test_reads_what_a_provider_says(paper):
    paper.says("/x", "x" * outbound.LONGEST)
    with outbound.Session() as session:
        assert len(session.get(f"{paper.issuer}/x").content) == outbound.LONGEST
