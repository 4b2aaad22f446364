"""The process: a Django project of one module, with its database in the folder that is given."""

import json
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.core.management import call_command

PORT, FOLDER = int(sys.argv[1]), Path(sys.argv[2])
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)

settings.configure(
    SECRET_KEY="only-for-tests",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    # Cookies ignore ports, and the site under test has its own on this host. Without the middleware
    # against forged requests, as nobody is here but the tests.
    SESSION_COOKIE_NAME="provider_session",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "allauth",
        "allauth.account",
        "allauth.idp.oidc",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "provider.sqlite3"}
    },
    AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ACCOUNT_LOGIN_METHODS={"email"},
    ACCOUNT_SIGNUP_FIELDS=["email*", "password1*"],
    ACCOUNT_EMAIL_VERIFICATION="none",
    ACCOUNT_RATE_LIMITS=False,
    EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    IDP_OIDC_PRIVATE_KEY=KEY.decode(),
)
django.setup()

from allauth.account.models import EmailAddress  # noqa: E402
from allauth.idp.oidc.models import Client  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402


def client(request: HttpRequest) -> JsonResponse:
    """Register a client with its addresses for answers."""
    given = json.loads(request.body)
    row = Client(name="partner center", skip_consent=True, scopes="openid\nprofile\nemail")
    row.set_redirect_uris(given["redirect_uris"])
    row.set_secret(given["secret"])
    row.save()
    return JsonResponse({"client_id": row.id})


def person(request: HttpRequest) -> JsonResponse:
    """Make a person, or change the address of the one who is called so."""
    given = json.loads(request.body)
    others = get_user_model().objects.filter(email=given["email"])
    others.exclude(username=given["username"]).delete()
    row, _made = get_user_model().objects.get_or_create(username=given["username"])
    row.email, row.first_name, row.last_name = given["email"], given["name"], ""
    row.set_password(given["password"])
    row.save()
    EmailAddress.objects.filter(user=row).delete()
    EmailAddress.objects.create(
        user=row, email=given["email"], verified=given["verified"], primary=True
    )
    return JsonResponse({"sub": str(row.pk)})


urlpatterns = [
    path("test/client/", client),
    path("test/person/", person),
    path("accounts/", include("allauth.account.urls")),
    path("", include("allauth.idp.urls")),
]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *said: object) -> None:
        """Nothing: the tests' own output is read by people."""


call_command("migrate", verbosity=0)
application = get_wsgi_application()
with make_server("127.0.0.1", PORT, application, Server, Quiet) as server:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()
