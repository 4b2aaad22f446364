import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection, send_mail
from django.urls import reverse

from mail import outbox
from mail.demo import EmailBackend


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DEMO = True
    settings.DEMO_MAIL_DIR = tmp_path / "mail"
    settings.EMAIL_BACKEND = "mail.demo.EmailBackend"
    settings.SITE_URL = "http://127.0.0.1:8000"
    return settings.DEMO_MAIL_DIR


class TestEmailBackend:
    def test_writes_a_file_and_opens_no_connection(self, folder, monkeypatch):
        monkeypatch.setattr("socket.socket.connect", lambda *args: pytest.fail("connected"))
        backend = get_connection(host="mail.example", port=25, timeout=5)
        assert isinstance(backend, EmailBackend)
        send_mail("Hello", "Text", None, ["ada@fernhill.example"], connection=backend)
        (path,) = folder.iterdir()
        assert b"Subject: Hello" in path.read_bytes()

    def test_keeps_a_repeated_mail_once(self, folder):
        for text in ("first", "second"):
            headers = {"Message-ID": "<7@operator.example>"}
            EmailMessage("x", text, to=["ada@fernhill.example"], headers=headers).send()
        (path,) = folder.iterdir()
        assert b"second" in path.read_bytes()

    def test_takes_no_path_from_a_message_id(self, folder):
        headers = {"Message-ID": "</../../etc/x y@operator.example>"}
        EmailMessage("x", "x", to=["ada@fernhill.example"], headers=headers).send()
        (path,) = folder.iterdir()
        assert path.name.endswith("_..-..-etc-x-y-operator.example.eml") or path.suffix == ".eml"
        assert path.parent == folder


@pytest.mark.django_db
class TestPages:
    def test_list_mails_newest_first_and_by_recipient(self, client):
        for name in ("ada", "ben"):
            outbox.send_rendered("x", to=f"{name}@fernhill.example", subject=name, text="Hello")
        outbox.deliver_due()
        page = client.get(reverse("mail:mail-list"))
        assert [mail["subject"] for mail in page.context["mails"]] == ["ben", "ada"]
        page = client.get(reverse("mail:mail-list"), {"to": "ADA@fernhill.example"})
        assert [mail["subject"] for mail in page.context["mails"]] == ["ada"]
        name = page.context["mails"][0]["name"]
        assert client.get(reverse("mail:mail-detail", args=[name])).status_code == 200

    def test_list_is_there_before_the_first_mail(self, client):
        assert client.get(reverse("mail:mail-list")).status_code == 200

    def test_link_only_to_this_site_and_run_no_html(self, client, folder):
        message = EmailMultiAlternatives(
            "Hello <b>",
            "See http://127.0.0.1:8000/r/abc/. Or https://evil.example/x <script>1</script>",
            to=["Zoë <ada@fernhill.example>"],
        )
        message.attach_alternative("<script>alert(1)</script>", "text/html")
        message.send()
        (path,) = folder.iterdir()
        content = client.get(reverse("mail:mail-detail", args=[path.name])).content.decode()
        assert '<a href="http://127.0.0.1:8000/r/abc/">' in content
        assert 'href="https://evil.example' not in content
        assert "https://evil.example/x" in content
        assert "<script>alert" not in content
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content
        assert "Zoë" in content

    @pytest.mark.parametrize("name", ["..", "../secret_key", "x.eml", "1_%2e%2e%2fx.eml"])
    def test_show_no_other_file(self, client, folder, name):
        folder.mkdir()
        (folder.parent / "x.eml").write_text("secret")
        assert client.get(f"/dev/mail/{name}/").status_code == 404

    def test_are_not_there_outside_demo_mode(self, client, settings, folder):
        send_mail("Hello", "Text", None, ["ada@fernhill.example"])
        (path,) = folder.iterdir()
        settings.DEMO = False
        assert client.get(reverse("mail:mail-list")).status_code == 404
        assert client.get(reverse("mail:mail-detail", args=[path.name])).status_code == 404
