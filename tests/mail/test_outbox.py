import threading
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail as django_mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from mail import outbox
from mail.models import Delivery

ADA = "ada@fernhill.example"
TEMPLATES = {
    "mail/hello.txt": (
        '{% extends "mail/_layout.txt" %}{% block subject %}Hello {{ name }} & {{ who }}'
        "{% endblock %}{% block content %}Dear {{ name }}, {{ who }} says hello.{% endblock %}"
    ),
    "mail/hello.html": (
        '{% extends "mail/_layout.html" %}{% block content %}<p>{{ who }}</p>{% endblock %}'
    ),
    "mail/plain.txt": "Subject: Plain\n\nNothing else.",
    "mail/lost.txt": "No subject here",
}


@pytest.fixture(autouse=True)
def _templates(settings):
    (engine,) = settings.TEMPLATES
    loaders = [
        ("django.template.loaders.locmem.Loader", TEMPLATES),
        "django.template.loaders.filesystem.Loader",
    ]
    options = {**engine["OPTIONS"], "loaders": loaders}
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": options}]


def queue(**named):
    defaults = {"to": ADA, "subject": "Code", "text": "Your code is 123456."}
    return outbox.send_rendered("code", **{**defaults, **named})


class Broken(EmailBackend):
    """A mail server that hangs up."""

    def send_messages(self, messages):
        raise SMTPServerDisconnected("Connection unexpectedly closed")


class Picky(EmailBackend):
    """A mail server that does not know everybody."""

    def send_messages(self, messages):
        if messages[0].to == ["nobody@fernhill.example"]:
            raise SMTPRecipientsRefused({"nobody@fernhill.example": (550, b"unknown")})
        return super().send_messages(messages)


@pytest.fixture
def broken(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Broken"


@pytest.mark.django_db
class TestSend:
    def test_draws_both_parts_in_the_frame(self):
        delivery = outbox.send("hello", to=ADA, name="Ada", context={"who": "<b>Tom & Co</b>"})
        delivery.refresh_from_db()
        assert delivery.subject == "Hello Ada & <b>Tom & Co</b>"
        assert delivery.text.startswith("Dear Ada, <b>Tom & Co</b> says hello.\n")
        assert "Subject:" not in delivery.text
        assert "<p>&lt;b&gt;Tom &amp; Co&lt;/b&gt;</p>" in delivery.html
        assert delivery.sent_at is None

    def test_does_without_html_where_there_is_none(self):
        assert outbox.send("plain", to=ADA).html == ""

    def test_refuses_words_without_a_subject(self):
        with pytest.raises(ValueError, match="lost"):
            outbox.send("lost", to=ADA)

    def test_falls_back_to_english(self):
        assert outbox.send("plain", to=ADA, language="tlh").subject == "Plain"

    def test_lets_no_line_into_a_header(self):
        delivery = queue(name="Ada\r\nBcc: all@x.example", subject="a\nb")
        assert delivery.recipient_name == "Ada Bcc: all@x.example"
        assert delivery.subject == "a b"

    def test_queues_a_key_once(self):
        assert queue(key="reminder:7") is not None
        assert queue(key="reminder:7") is None
        assert queue(key="reminder:8") is not None
        assert Delivery.objects.count() == 2

    def test_goes_with_its_transaction(self):
        with transaction.atomic():
            queue()
            transaction.set_rollback(True)
        assert not Delivery.objects.exists()


@pytest.mark.django_db
class TestDeliverDue:
    def test_sends_once_and_marks(self):
        delivery = queue(name="Ada", html="<p>123456</p>")
        assert outbox.deliver_due() == 1
        assert outbox.deliver_due() == 0
        (message,) = django_mail.outbox
        assert message.to == [f"Ada <{ADA}>"]
        assert message.extra_headers["Message-ID"] == delivery.message_id
        assert message.alternatives[0].mimetype == "text/html"
        delivery.refresh_from_db()
        assert delivery.sent_at is not None
        assert delivery.text == "Your code is 123456."

    def test_forgets_what_it_shall_forget(self):
        delivery = queue(forget=True, html="<p>123456</p>")
        outbox.deliver_due()
        assert "123456" in django_mail.outbox[0].body
        delivery.refresh_from_db()
        assert (delivery.text, delivery.html) == ("", "")

    def test_tries_again_later_and_later_and_gives_up(self, broken):
        delivery = queue(forget=True)
        now, pauses = delivery.next_attempt_at, []
        for _ in range(outbox.ATTEMPTS):
            assert outbox.deliver_due(now=now) == 0
            delivery.refresh_from_db()
            if delivery.next_attempt_at is not None:
                assert delivery.text == "Your code is 123456."
                assert outbox.deliver_due(now=delivery.next_attempt_at - timedelta(seconds=1)) == 0
                pauses.append((delivery.next_attempt_at - now) // timedelta(minutes=1))
                now = delivery.next_attempt_at
        assert pauses == [1, 5, 15, 60, 240, 240, 240]
        assert delivery.attempts == 8
        assert delivery.failed_at == now
        assert "Connection unexpectedly closed" in delivery.last_error
        assert delivery.text == ""
        assert list(Delivery.objects.failed()) == [delivery]
        assert outbox.deliver_due(now=now + timedelta(days=9)) == 0

    def test_goes_on_after_a_mail_that_fails(self, settings):
        settings.EMAIL_BACKEND = f"{__name__}.Picky"
        queue(to="nobody@fernhill.example")
        queue()
        assert outbox.deliver_due() == 1
        assert Delivery.objects.waiting().get().last_error

    def test_sends_the_rest_when_the_server_is_back(self, broken, settings):
        delivery = queue()
        outbox.deliver_due()
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        assert outbox.deliver_due(now=timezone.now() + timedelta(minutes=1)) == 1
        delivery.refresh_from_db()
        assert (delivery.attempts, delivery.last_error) == (2, "")

    def test_leaves_what_another_worker_holds(self):
        queue()
        now = timezone.now()
        assert outbox._claim(now) is not None
        assert outbox.deliver_due(now=now + outbox.LEASE - timedelta(seconds=1)) == 0
        assert outbox.deliver_due(now=now + outbox.LEASE) == 1

    def test_keeps_to_its_limit_and_to_the_wish_to_stop(self):
        for _ in range(3):
            queue()
        assert outbox.deliver_due(limit=2) == 2
        assert outbox.deliver_due(stopping=lambda: True) == 0

    def test_a_worker_that_comes_back_late_takes_nothing_back(self):
        queue()
        now = timezone.now()
        late = outbox._claim(now)
        assert outbox.deliver_due(now=now + outbox.LEASE) == 1
        outbox._mark_not_sent(late, now + outbox.LEASE, "timed out")
        assert Delivery.objects.sent().count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_mail_once():
    for number in range(20):
        queue(to=f"person{number}@fernhill.example")
    gate, errors = threading.Barrier(4), []

    def work():
        try:
            gate.wait()
            outbox.deliver_due()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors
    assert len(django_mail.outbox) == 20
    assert len({message.to[0] for message in django_mail.outbox}) == 20
    assert not Delivery.objects.waiting().exists()


@pytest.mark.django_db
class TestConstraints:
    @pytest.mark.parametrize(
        "impossible",
        [
            {"sent_at": timezone.now()},
            {"next_attempt_at": None},
            {"sent_at": timezone.now(), "failed_at": timezone.now(), "next_attempt_at": None},
            {"failed_at": timezone.now(), "next_attempt_at": None},
        ],
    )
    def test_refuse(self, impossible):
        queue(forget=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            Delivery.objects.update(**impossible)
