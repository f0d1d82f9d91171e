"""Settings read the environment and nothing else; the `linkwell` command sets what is missing."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from linkwell.matching.index.warming import keep_compiled_in

BASE = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("LINKWELL_HOME") or BASE / "var")
keep_compiled_in(HOME / "compiled")
DEMO = os.environ.get("LINKWELL_DEMO", "0") == "1"
PORT = int(os.environ.get("LINKWELL_PORT", "8000"))
PUBLIC_URL = os.environ.get("LINKWELL_PUBLIC_URL", f"http://localhost:{PORT}").rstrip("/")
SERVED_OVER_HTTPS = PUBLIC_URL.startswith("https://")


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. Start Linkwell with the `linkwell` command, which sets it.")
    return value


# a server that says nothing is given up after so many seconds, by the system (over TCP)
SERVER_GONE = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}


def database(url: str) -> dict[str, Any]:
    """Return Django's settings for a libpq URL; sockets by `?host=/folder` included.

    Nothing here needs a connection of its own to the server: no start-up option (the app's role has its
    statement_timeout from `linkwell database prepare`), no cursor on the server, no statement that Django
    prepares; `LINKWELL_PREPARES` decides about those that Linkwell prepares itself.
    """
    parts = dict(conninfo_to_dict(url))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "linkwell"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": {**SERVER_GONE, **parts, "prepare_threshold": None},
        "DISABLE_SERVER_SIDE_CURSORS": True,  # transaction pooling
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
    }


SECRET_KEY = _required("LINKWELL_SECRET_KEY")
FIELD_KEY = os.environ.get("LINKWELL_FIELD_KEY") or SECRET_KEY  # encrypted columns and keyed hashes
# The audit chain: its key, keys it had before, and where its heads are told besides (`linkwell.team.sealing`)
AUDIT_KEY = os.environ.get("LINKWELL_AUDIT_KEY") or SECRET_KEY
AUDIT_OLD_KEYS = [key for key in os.environ.get("LINKWELL_AUDIT_OLD_KEYS", "").split(",") if key]
AUDIT_HEADS = os.environ.get("LINKWELL_AUDIT_HEADS") or str(HOME / "audit-heads.log")
AUDIT_SYSLOG = os.environ.get("LINKWELL_AUDIT_SYSLOG", "")
AUDIT_MAIL = os.environ.get("LINKWELL_AUDIT_MAIL", "")
DEBUG = False
ALLOWED_HOSTS = [
    host for host in os.environ.get("LINKWELL_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
DATABASES = {"default": database(_required("DATABASE_URL"))}
DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10, "reconnect_timeout": 2}
# Plans are kept with a connection: not where a pooler gives each transaction another one
LINKWELL_PREPARES = os.environ.get("LINKWELL_LISTEN_URL", "") in ("", os.environ.get("DATABASE_URL"))
# what waits for notifications goes to the server itself where DATABASE_URL leads through a pooler
LINKWELL_LISTEN_URL = os.environ.get("LINKWELL_LISTEN_URL", "")
# "best": the sentence model where it is installed, else the built-in words; "words": those; "off"
LINKWELL_OWN_WORDS = os.environ.get("LINKWELL_OWN_WORDS", "best")
LINKWELL_SEARCH_INDEX = os.environ.get("LINKWELL_SEARCH_INDEX", "1") != "0"  # else the database answers searches
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "linkwell.config.urls"
WSGI_APPLICATION = "linkwell.config.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "linkwell.common.apps.CommonConfig",
    "linkwell.team.apps.TeamConfig",
    "linkwell.places.apps.PlacesConfig",
    "linkwell.messages.apps.MessagesConfig",
    "linkwell.directory.apps.DirectoryConfig",
    "linkwell.people.apps.PeopleConfig",
    "linkwell.referrals.apps.ReferralsConfig",
    "linkwell.support.apps.SupportConfig",
    "linkwell.connections.apps.ConnectionsConfig",
    "linkwell.outcomes.apps.OutcomesConfig",
    "linkwell.evaluation.apps.EvaluationConfig",
    "linkwell.interop.apps.InteropConfig",
    "linkwell.web.apps.WebConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "linkwell.web.public.shared.shared_pages",
    "linkwell.web.middleware.private_pages",  # these stand before all that asks the database: its absence has pages too
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "linkwell.web.line.in_line",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "linkwell.web.middleware.session_limits",
    "linkwell.web.middleware.second_factor",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE / "linkwell" / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "linkwell.web.jinja.environment",
            "context_processors": ["linkwell.web.render.page_context"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

AUTH_USER_MODEL = "team.Account"
AUTHENTICATION_BACKENDS = ["linkwell.web.signin.backend.OneLook"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "linkwell.web.signin.adapter.ClosedSignup"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a public form must not mail whomever one types into it
ACCOUNT_MAX_EMAIL_ADDRESSES = 1  # the one that was invited; nobody adds another by themself
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Linkwell: "
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {"reset_password": "linkwell.web.signin.forms.ResetForm"}
ACCOUNT_RATE_LIMITS = {  # what is not named keeps allauth's own; `linkwell.web.signin.limits` says what these mean
    "login_failed": "10/m/ip,3/10s/key,5/5m/key,20/h/key",
    "reset_password": "20/m/ip,3/m/key,10/h/key",
}
PASSWORD_RESET_TIMEOUT = 3600
MFA_ADAPTER = "linkwell.web.signin.adapter.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Linkwell"
MFA_FORMS = {
    "authenticate": "linkwell.web.signin.forms.SecondStepForm",
    "reauthenticate": "linkwell.web.signin.forms.SecondStepAgainForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_PASSKEY_LOGIN_ENABLED = (
    True  # a passkey alone is two factors: the device, and what unlocks it (demanded at sign-in)
)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SERVED_OVER_HTTPS
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

# Signing in with another organisation (OpenID Connect): None unless issuer and client are named
LINKWELL_OIDC: dict[str, Any] | None = None
if os.environ.get("LINKWELL_OIDC_ISSUER"):
    _claim, _, _values = os.environ.get("LINKWELL_OIDC_SECOND_FACTOR", "").partition("=")
    LINKWELL_OIDC = {
        "issuer": os.environ["LINKWELL_OIDC_ISSUER"],
        "client_id": _required("LINKWELL_OIDC_CLIENT_ID"),
        "client_secret": _required("LINKWELL_OIDC_CLIENT_SECRET"),
        "name": os.environ.get("LINKWELL_OIDC_NAME") or "your organisation",
        "scopes": os.environ.get("LINKWELL_OIDC_SCOPES") or "openid profile email",
        "acr_values": os.environ.get("LINKWELL_OIDC_ACR_VALUES", ""),
        "assurance_claim": _claim.strip(),
        "assurance_values": tuple(_values.split()),
    }

# Limits on guessing live here, so the table must hold far more than a guesser can fill: beyond MAX_ENTRIES
# Django throws entries out, and with them the count of wrong tries.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "linkwell_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

SESSION_ENGINE = "linkwell.web.signin.sessions"  # encrypted at rest: banners may name people
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_SECONDS = 30 * 60
SESSION_ABSOLUTE_SECONDS = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SERVED_OVER_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if SERVED_OVER_HTTPS else "linkwell-session"
CSRF_COOKIE_NAME = "__Host-csrf" if SERVED_OVER_HTTPS else "linkwell-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "linkwell.web.errors.csrf_failure"
LANGUAGE_COOKIE_NAME = "linkwell-language"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # no-referrer would make browsers send "Origin: null" with every form
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31536000 if SERVED_OVER_HTTPS else 0
X_FRAME_OPTIONS = "DENY"
if os.environ.get("LINKWELL_BEHIND_PROXY") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("LINKWELL_PROXIES", "0"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 600
FILE_UPLOAD_HANDLERS = [
    "linkwell.web.uploads.Quota",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [BASE / "linkwell" / "web" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
LINKWELL_LOGO = os.environ.get("LINKWELL_LOGO", "")
LINKWELL_FONT_STYLESHEET = os.environ.get("LINKWELL_FONT_STYLESHEET", "")
LINKWELL_COPYRIGHT = os.environ.get("LINKWELL_COPYRIGHT", "")
# The pages without an account: their name, their colours, whom to ring, where "leave quickly" goes, the map's pictures
LINKWELL_PUBLIC_NAME = os.environ.get("LINKWELL_PUBLIC_NAME", "")
LINKWELL_PUBLIC_STYLESHEET = os.environ.get("LINKWELL_PUBLIC_STYLESHEET", "")
LINKWELL_PUBLIC_HELP = os.environ.get("LINKWELL_PUBLIC_HELP", "")
LINKWELL_QUICK_EXIT_URL = os.environ.get("LINKWELL_QUICK_EXIT_URL") or "https://www.bbc.co.uk/weather"
LINKWELL_MAP_TILES = os.environ.get(
    "LINKWELL_MAP_TILES", ""
)  # https://…/{z}/{x}/{y}.png; none: no third party is asked
LINKWELL_MAP_ATTRIBUTION = os.environ.get("LINKWELL_MAP_ATTRIBUTION", "")
if LINKWELL_MAP_TILES:
    _tiles = urlsplit(LINKWELL_MAP_TILES)
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"].append(f"{_tiles.scheme}://{_tiles.netloc.replace('{s}', '*')}")
LINKWELL_MEASURES = os.environ.get("LINKWELL_MEASURES", "")  # folder of measures that the adopter holds a licence for

FEED_LIST_SECONDS = 30  # how long a process may hold the keys of a list of the open feed (directory/queries/feed_lists)

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
LOCALE_PATHS = [BASE / "linkwell" / "web" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("LINKWELL_TIME_ZONE", "Europe/London")

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# LINKWELL_SMTP is smtp://user:password@host:port, or smtps:// for TLS; without it mail waits in the outbox
SMTP = os.environ.get("LINKWELL_SMTP", "")
# LINKWELL_SMS is the address of a text gateway, or `file`; without it nobody is asked by text
SMS = os.environ.get("LINKWELL_SMS", "")
SMS_KEY = os.environ.get("LINKWELL_SMS_KEY", "")
DEFAULT_FROM_EMAIL = os.environ.get("LINKWELL_FROM", "Linkwell <no-reply@linkwell.invalid>")
EMAIL_BACKEND = "linkwell.messages.mail.OutboundMail"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"secrets": {"()": "linkwell.web.logs.HideSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["secrets"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},
}
