"""Every setting, read from the environment or `.env`; `.env.example` explains each.

Nothing here raises on a missing value: `hrnotify.checks` names what is missing, with a hint,
and stops the web server, the worker and every command before they do harm.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# --- The deployment -----------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY", default="")
DEBUG = env.bool("DEBUG", default=False)
PORT = env.int("PORT", default=8000)
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://localhost:{PORT}").rstrip("/")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[urlsplit(PUBLIC_URL).hostname or "", "localhost", "127.0.0.1"]
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
FIELD_KEYS: list[str] = env.list("FIELD_KEYS", default=[])
DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")

# How many of our own proxies stand between a client and this server; their X-Forwarded-For is believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

IS_HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = True, "Lax"
SECURE_HSTS_SECONDS = 31536000 if IS_HTTPS else 0
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# A candidate's address is a key to the page: it must not travel on to another site.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- Django -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "hrnotify.admin_config.HeadquartersConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",  # its templates, for FORM_RENDERER
    "django_htmx",
    "treebeard",
    "pgtrigger",
    "pghistory",
    "csp",
    "ninja",
    "axes",
    "hrnotify",
    "branches",
    "candidates",
    "tracking",
    "notifications",
    "api",
    "portal",
    "dashboard",
]
MIDDLEWARE = [
    "hrnotify.middleware.LogFailures",
    "hrnotify.middleware.PublicScheme",
    "django.middleware.security.SecurityMiddleware",
    "hrnotify.middleware.RefuseUnreadable",
    "hrnotify.middleware.Machines",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hrnotify.middleware.NoteWhoChanges",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "hrnotify.middleware.People",
]
ROOT_URLCONF = "hrnotify.urls"
WSGI_APPLICATION = "hrnotify.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ]
        },
    }
]
# Fields may have templates of the project's own.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
# conn_max_age keeps connections; without it every request and every task opens a session.
DATABASES = (
    {"default": {**env.db_url("DATABASE_URL"), "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}}
    if DATABASE_URL
    else {}
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "VERSION": 2,  # of the values' format; what an older one left in Redis is not read
        # A Redis that is away costs a request two seconds at the most, never its answer.
        # JSON, because Django's own choice, pickle, runs what it reads: who can write to Redis must not run code.
        "OPTIONS": {
            "socket_connect_timeout": 1,
            "socket_timeout": 2,
            "serializer": "hrnotify.cache_format.JsonFormat",
        },
    }
}

# --- Who may come in ----------------------------------------------------------------------------
AUTH_USER_MODEL = "branches.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "branches.permissions.RoleBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "dashboard:login"
LOGIN_REDIRECT_URL = "dashboard:home"
LOGOUT_REDIRECT_URL = "dashboard:login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "branches.client_address.client_address"
AXES_LOCKOUT_TEMPLATE = "dashboard/locked_out.html"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False  # its pages would show addresses of people who mistyped; a lock opens by itself

# --- The audit of changes -----------------------------------------------------------------------
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
# The moment itself, and not the start of its transaction: changes are told in their order.
PGHISTORY_CREATED_AT_FUNCTION = "clock_timestamp()"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Language and time --------------------------------------------------------------------------
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="zh-hans")
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")
USE_TZ = True

# --- Static files -------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files are served from where the packages have them, so that no collectstatic stands before a start. An image
# that has collected them names the folder.
STATIC_ROOT = env.str("STATIC_ROOT", default="") or None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
# Look a file up when it is asked for, instead of all at the start; slower per file, for short-lived processes.
WHITENOISE_AUTOREFRESH = env.bool("STATIC_ON_DEMAND", default=DEBUG)

# --- Limits of the machine API ------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
SIGNAL_MAX_BYTES = env.int("SIGNAL_MAX_BYTES", default=64 * 1024)
BATCH_MAX_BYTES = env.int("BATCH_MAX_BYTES", default=4 * 1024 * 1024)
# No request of any kind may be larger.
REQUEST_MAX_BYTES = max(DATA_UPLOAD_MAX_MEMORY_SIZE, BATCH_MAX_BYTES)

# --- What the bank decides ----------------------------------------------------------------------
ANSWER_WITHIN_DAYS = env.int("ANSWER_WITHIN_DAYS", default=3)
PAGE_VALID_DAYS = env.int("PAGE_VALID_DAYS", default=30)
# A text message of more parts than this is not published: each part is billed.
SMS_MAX_PARTS = env.int("SMS_MAX_PARTS", default=4)

# --- The delivery engine ------------------------------------------------------------------------
SWEEP_SECONDS = env.int("SWEEP_SECONDS", default=5)
LEASE_SECONDS = env.int("LEASE_SECONDS", default=120)
CARRIER_TIMEOUT_SECONDS = env.float("CARRIER_TIMEOUT_SECONDS", default=15.0)
# Requests open at once per worker process: to a carrier over HTTP, and connections to the mail server.
IN_FLIGHT = env.int("IN_FLIGHT", default=256)
MAIL_CONNECTIONS = env.int("MAIL_CONNECTIONS", default=16)
# Messages a second at most, by carrier; one that is not named is served as fast as it answers.
CARRIER_RATES: dict[str, float] = env.dict("CARRIER_RATES", cast={"value": float}, default={})

# --- Carriers; a channel whose settings are missing is off --------------------------------------
SMS_PROVIDERS: list[str] = env.list("SMS_PROVIDERS", default=["twilio"])
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_FROM = env.str("TWILIO_FROM", default="")
TWILIO_MESSAGING_SERVICE_SID = env.str("TWILIO_MESSAGING_SERVICE_SID", default="")
TWILIO_API_URL = env.str("TWILIO_API_URL", default="https://api.twilio.com").rstrip("/")

ALIYUN_ACCESS_KEY_ID = env.str("ALIYUN_ACCESS_KEY_ID", default="")
ALIYUN_ACCESS_KEY_SECRET = env.str("ALIYUN_ACCESS_KEY_SECRET", default="")
ALIYUN_SMS_SIGN_NAME = env.str("ALIYUN_SMS_SIGN_NAME", default="")
ALIYUN_CALLBACK_SECRET = env.str("ALIYUN_CALLBACK_SECRET", default="")
ALIYUN_SMS_API_URL = env.str("ALIYUN_SMS_API_URL", default="https://dysmsapi.aliyuncs.com").rstrip("/")

GATEWAY_URL = env.str("GATEWAY_URL", default="")
GATEWAY_SECRET = env.str("GATEWAY_SECRET", default="")

EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = CARRIER_TIMEOUT_SECONDS
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="")
BOUNCE_DOMAIN = env.str("BOUNCE_DOMAIN", default="")
BOUNCE_SECRET = env.str("BOUNCE_SECRET", default="")
EMAIL_BACKEND_ESP = env.str("EMAIL_BACKEND_ESP", default="")
ESP_CALLBACK_SECRET = env.str("ESP_CALLBACK_SECRET", default="")
# Each service has settings of its own, all of them named ANYMAIL_…; Anymail knows them without the prefix.
ANYMAIL = {
    name.removeprefix("ANYMAIL_"): {"true": True, "false": False}.get(value.lower(), value)
    for name, value in env.ENVIRON.items()
    if name.startswith("ANYMAIL_") and value
}

WECHAT_APP_ID = env.str("WECHAT_APP_ID", default="")
WECHAT_APP_SECRET = env.str("WECHAT_APP_SECRET", default="")
WECHAT_TOKEN = env.str("WECHAT_TOKEN", default="")
WECHAT_AES_KEY = env.str("WECHAT_AES_KEY", default="")
WECHAT_API_URL = env.str("WECHAT_API_URL", default="https://api.weixin.qq.com").rstrip("/")

JPUSH_APP_KEY = env.str("JPUSH_APP_KEY", default="")
JPUSH_MASTER_SECRET = env.str("JPUSH_MASTER_SECRET", default="")
JPUSH_CALLBACK_SECRET = env.str("JPUSH_CALLBACK_SECRET", default="")
JPUSH_API_URL = env.str("JPUSH_API_URL", default="https://api.jpush.cn").rstrip("/")
# JPush reports from a host of its own; whatever stands in for its API answers both.
JPUSH_REPORT_URL = env.str(
    "JPUSH_REPORT_URL", default=JPUSH_API_URL.replace("://api.jpush", "://report.jpush")
).rstrip("/")

# --- Logs: one JSON object a line, events and ids only ------------------------------------------
SENTRY_DSN = env.str("SENTRY_DSN", default="")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "hrnotify.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # Django's own request log names paths, and a candidate's path holds the key to the page; failures are
        # logged by hrnotify.middleware and hrnotify.celery, without paths, values and arguments.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
        "django.server": {"level": "CRITICAL"},
        "celery.app.trace": {"level": "CRITICAL"},
        "axes": {"level": "WARNING"},
        # Tells of every detector it tries; what fails is logged where it is called.
        "flufl.bounce": {"level": "CRITICAL"},
        # At DEBUG it writes the address of every request, and to some carriers that holds the person's number.
        "urllib3": {"level": "INFO"},
    },
}

# --- The admin ----------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "HRNotify",
    "SITE_HEADER": "HRNotify",
    "SITE_SUBHEADER": _("From offer to first day"),
    "SITE_SYMBOL": "mark_email_read",
    "SITE_FAVICONS": [{"rel": "icon", "href": "data:,"}],
    "SITE_URL": "/dashboard/",
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [lambda _request: static("css/admin.css")],
    "ENVIRONMENT": "hrnotify.admin_front.environment",
    "DASHBOARD_CALLBACK": "hrnotify.admin_front.front_page",
    "SIDEBAR": {"navigation": "hrnotify.admin_navigation.navigation"},
    # A calm blue; the numbers are lightness, chroma and hue.
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 250)",
            "100": "oklch(93.5% .03 250)",
            "200": "oklch(88% .055 250)",
            "300": "oklch(80% .09 250)",
            "400": "oklch(72% .12 250)",
            "500": "oklch(60% .13 250)",
            "600": "oklch(50% .13 250)",
            "700": "oklch(43% .115 250)",
            "800": "oklch(37% .095 250)",
            "900": "oklch(31% .075 250)",
            "950": "oklch(23% .055 250)",
        }
    },
}
