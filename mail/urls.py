from django.urls import path, register_converter

from . import views


class MailNameConverter:
    """The name of a file that the demo's mail backend has written."""

    regex = r"[0-9T]+_[A-Za-z0-9.-]+\.eml"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(MailNameConverter, "mail_name")

app_name = "mail"
urlpatterns = [
    path("", views.mail_list, name="mail-list"),
    path("<mail_name:name>/", views.mail_detail, name="mail-detail"),
]
