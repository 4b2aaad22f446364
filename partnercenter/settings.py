"""
The one settings file: safe by default, everything that differs comes from the environment.

`.env.example` lists the variables; a file `.env` beside `manage.py` is read when there is one.
"""

import secrets
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# --- What kind of installation this is ------------------------------------------------------------

DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
OPERATOR_NAME = env("OPERATOR_NAME", default="Partner Center")
SITE_URL = env("SITE_URL", default="http://localhost:8000").rstrip("/")
PLAIN_HTTP = SITE_URL.startswith("http://")


def secret_key() -> str:
    """The configured key, or in demo mode one that was made on the first start and kept."""
    if key := env("SECRET_KEY", default=""):
        return key
    if not (DEMO or DEBUG):
        raise ImproperlyConfigured("Set SECRET_KEY to a long random text of your own.")
    VAR_DIR.mkdir(exist_ok=True)
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEMO or DEBUG else []
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# --- Rooms ----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "partnercenter.apps.PartnerCenterConfig",
    "partnercenter.lib.apps.LibConfig",
    "relationships.apps.RelationshipsConfig",
    "subscriptions.apps.SubscriptionsConfig",
    "customers.apps.CustomersConfig",
    "partners.apps.PartnersConfig",
    "accounts.apps.AccountsConfig",
    "audit.apps.AuditConfig",
    "mail.apps.MailConfig",
    "django_countries",
    "lucide",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "partnercenter.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "relationships.signin.middleware.PreferencesMiddleware",
    "relationships.signin.middleware.StrengthMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "relationships.breached_page.BreachMiddleware",
]

ROOT_URLCONF = "partnercenter.urls"
WSGI_APPLICATION = "partnercenter.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "partnercenter.context.site",
            ],
        },
    },
]
FORM_RENDERER = "partnercenter.lib.form_renderer.ComponentRenderer"

# --- Data -----------------------------------------------------------------------------------------

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'partnercenter.sqlite3'}")
}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    # Deferred transactions fail under concurrent writers; recursive triggers let the delete
    # guards see INSERT OR REPLACE.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA recursive_triggers=ON;"
            "PRAGMA temp_store=MEMORY;PRAGMA cache_size=-20000;PRAGMA mmap_size=134217728;"
        ),
    }
    # A file, because threads of a live server share the one connection of an in-memory database.
    suffix = env("TEST_DATABASE_SUFFIX", default="")
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / f"test{suffix}.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": env.cache("CACHE_URL", default="dbcache://cache")}
if CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
    CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 100_000}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# --- Languages and time ---------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "partnercenter.lib.formats"

# --- Files ----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEMO or DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEMO or DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# --- Mail -----------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="partner-center@operator.example")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
if DEMO:
    EMAIL_BACKEND = "mail.demo.EmailBackend"
    DEMO_MAIL_DIR = Path(env("DEMO_MAIL_DIR", default=str(VAR_DIR / "mail")))
else:
    vars().update(env.email("EMAIL_URL", default="smtp://localhost:25"))
EMAIL_TIMEOUT = 20

# --- Sign-in --------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["relationships.signin.backend.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_ADAPTER = "relationships.signin.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = "relationships.signin.forms.SignupForm"
ACCOUNT_FORMS = {"login": "relationships.signin.login_form.LoginForm"}
# allauth's own limits stay on; these are for our own pages: signing in again, and registering.
ACCOUNT_RATE_LIMITS = {
    # A whole office may come at nine o'clock from behind one address.
    "single_sign_on": "600/10m/ip",
    "sign_on_test": "10/10m/user,60/h/ip",
    "register": "10/h/user,60/h/ip",
    "domain_check": "20/h/user,60/h/ip",
    # Nobody finds out by a policy's lists which partners there are.
    "policy_partner": "60/h/user,200/h/ip",
    "sign_in_again_mail": "5/10m/user,30/h/ip",
    "sign_in_again_code": "10/10m/user,60/h/ip",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if PLAIN_HTTP else "https"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
SOCIALACCOUNT_ADAPTER = "relationships.signin.openid.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
# The operator's own identity providers, for its staff and whoever has an address in these domains:
# [{"id": "staff", "name": "…", "issuer": "https://…", "client_id": "…", "secret": "…",
#   "domains": ["operator.example"]}]
SINGLE_SIGN_ON = env.json("SINGLE_SIGN_ON", default=[])
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ADAPTER = "relationships.signin.passkeys.MFAAdapter"
MFA_FORMS = {"add_webauthn": "relationships.signin.passkeys.AddPasskeyForm"}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PLAIN_HTTP

# --- Security -------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not (PLAIN_HTTP and (DEMO or DEBUG))
SESSION_COOKIE_NAME = "partnercenter_session"
CSRF_COOKIE_NAME = "partnercenter_csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "partnercenter.errors.csrf_failure"
SECURE_SSL_REDIRECT = not (PLAIN_HTTP and (DEMO or DEBUG))
SECURE_REDIRECT_EXEMPT = [r"^healthz/$", r"^readyz/$"]
SECURE_HSTS_SECONDS = 0 if DEMO or DEBUG else env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
        "manifest-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    }
}

# --- Rules that an operator may choose ------------------------------------------------------------

# Domain rules 7.26, 4.1 and design 5.2: days that a request waits and that a grant may last.
REQUEST_DAYS_DEFAULT = 30
REQUEST_DAYS_MAX = 90
ADMINISTRATION_DAYS_DEFAULT = 365
ADMINISTRATION_DAYS_MAX = 730
PRIVILEGED_DAYS_MAX = env.int("PRIVILEGED_DAYS_MAX", default=90)
INVITATION_DAYS = env.int("INVITATION_DAYS", default=14)
# Design 5.2: requests that one partner may have sent by mail.
REQUEST_MAILS_PER_HOUR = env.int("REQUEST_MAILS_PER_HOUR", default=20)
REQUEST_MAILS_PER_DAY = env.int("REQUEST_MAILS_PER_DAY", default=100)
# ADR 0016: hours after which a partner learns by which rule of a request policy it was refused,
# where it does not know yet that the organisation is here.
REQUEST_POLICY_ANSWER_HOURS = env.int("REQUEST_POLICY_ANSWER_HOURS", default=24)
# Years for which both sides can read administration that is over; the rows and the log stay.
ENDED_RECORDS_YEARS = max(env.int("ENDED_RECORDS_YEARS", default=7), 1)
# Invitations that one organisation may have sent by mail.
INVITATIONS_PER_HOUR = env.int("INVITATIONS_PER_HOUR", default=30)
INVITATIONS_PER_DAY = env.int("INVITATIONS_PER_DAY", default=100)
# Domain rules R69 and R71: days in which a subscription can be cancelled, and that each state
# lasts before the clock disables the subscription or deletes its data.
SUBSCRIPTION_CANCELLATION_DAYS = env.int("SUBSCRIPTION_CANCELLATION_DAYS", default=7)
SUBSCRIPTION_SUSPENDED_DAYS = env.int("SUBSCRIPTION_SUSPENDED_DAYS", default=60)
SUBSCRIPTION_EXPIRED_DAYS = env.int("SUBSCRIPTION_EXPIRED_DAYS", default=30)
SUBSCRIPTION_DISABLED_DAYS = env.int("SUBSCRIPTION_DISABLED_DAYS", default=90)
# Which version of the customer agreement an order records.
AGREEMENT_VERSION = env("AGREEMENT_VERSION", default="2026-01")
SUBSCRIPTION_CANCELLED_DAYS = env.int("SUBSCRIPTION_CANCELLED_DAYS", default=90)
SIGN_IN_AGAIN_SECONDS = ACCOUNT_REAUTHENTICATION_TIMEOUT

# Where the keys lie that sign certificates; every process of the site shares the folder.
CERTIFICATE_KEYS_DIR = Path(env("CERTIFICATE_KEYS_DIR", default=str(VAR_DIR / "keys")))

# Which function gives the TXT records of a domain; the tests' own asks nobody.
DOMAIN_RESOLVER = "customers.name_servers.txt_records"

# Design section 4: from the beginning of one pass of the watch to that of the next.
WATCH_PERIOD_SECONDS = env.int("WATCH_PERIOD_SECONDS", default=30)

# --- Log ------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mask_tokens": {"()": "partnercenter.lib.logs.MaskTokens"}},
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["mask_tokens"],
        }
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {"django": {"handlers": [], "propagate": True}},
}
