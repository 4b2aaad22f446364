"""Whatever address somebody types, the site asks nothing inside its own network."""

import socket
import threading
import time
from contextlib import suppress

import pytest
import requests
from requests_hardened.ip_filter import InvalidIPAddress

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
    port = paper.server.server_port
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.8", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **more: inside)
    with outbound.Session() as session, pytest.raises(requests.RequestException):
        session.get("https://id.fernhill.example/")


def test_asks_the_operators_own_provider_wherever_it_is_for_itself_alone(settings, paper):
    settings.PLAIN_HTTP = False
    inside = "https://127.0.0.1:1/"
    with outbound.trusting(inside), outbound.Session() as session:
        with pytest.raises(requests.ConnectionError) as tried:
            session.get(inside)
        assert not isinstance(tried.value, InvalidIPAddress)
        with pytest.raises(InvalidIPAddress):
            session.get("https://127.0.0.1:2/")
    with outbound.Session() as session, pytest.raises(InvalidIPAddress):
        session.get(inside)


@pytest.mark.parametrize("where", ["head", "body"])
def test_waits_for_no_answer_longer_than_it_may(monkeypatch, where):
    """However little comes at a time, and however often."""
    monkeypatch.setattr(outbound, "IN_ALL", 0.5)
    ended = threading.Event()

    def drip(listener):
        connection, _address = listener.accept()
        with connection, suppress(OSError):
            if where == "body":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
            else:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while True:
                connection.sendall(b" ")
                time.sleep(0.05)
        ended.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, args=[listener], daemon=True).start()
        port = listener.getsockname()[1]
        with outbound.Session() as session, pytest.raises(requests.Timeout):
            session.get(f"http://127.0.0.1:{port}/")
        assert ended.wait(10)


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
